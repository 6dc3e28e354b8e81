#pragma once

#include <memory>

#include "broker/domain/directory.hpp"
#include "broker/domain/ports.hpp"
#include "broker/threads/guarded.hpp"
#include "schema/messages.hpp"

namespace palabre::broker {

/// The newest picture of identities and rooms: written by the recorder, read by sessions.
using DirectoryBoard = Guarded<std::shared_ptr<const Directory>>;

/// Answers what can be answered without a decision: from the directory and from stored messages. Shared by
/// all session threads; a slow read keeps only its own session busy.
class Reads {
 public:
  Reads(const DirectoryBoard& board, Archive& archive, WallClock clock)
      : board_(board), archive_(archive), clock_(std::move(clock)) {}

  [[nodiscard]] Reply answer(ClientNumber client, const request::History& wanted) const;
  [[nodiscard]] Reply answer(ClientNumber client, const request::Row& wanted) const;
  [[nodiscard]] Reply answer(ClientNumber client, const request::Heads& wanted) const;
  [[nodiscard]] Reply answer(ClientNumber client, const request::Rooms& wanted) const;
  [[nodiscard]] Reply answer(ClientNumber client, const request::Who& wanted) const;
  [[nodiscard]] Reply answer(ClientNumber client, const request::Ping& wanted) const;

 private:
  [[nodiscard]] std::shared_ptr<const Directory> directory() const {
    return board_.with([](const auto& newest) { return newest; });
  }

  const DirectoryBoard& board_;
  Archive& archive_;
  WallClock clock_;
};

}  // namespace palabre::broker
