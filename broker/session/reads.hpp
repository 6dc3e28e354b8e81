#pragma once

#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>

#include "broker/domain/directory.hpp"
#include "broker/domain/ports.hpp"
#include "broker/threads/guarded.hpp"
#include "schema/messages.hpp"

namespace palabre::broker {

/// The newest picture of identities and rooms: written by the recorder, read by sessions.
using DirectoryBoard = Guarded<std::shared_ptr<const Directory>>;

/// What is answered without a decision.
template <class Request>
concept ReadRequest = std::same_as<Request, request::History> || std::same_as<Request, request::Row> ||
    std::same_as<Request, request::Heads> || std::same_as<Request, request::Rooms> ||
    std::same_as<Request, request::Who> || std::same_as<Request, request::Whois> ||
    std::same_as<Request, request::Ping> || std::same_as<Request, request::Audit>;

/// Answers what can be answered without a decision: from the directory and from stored messages. Shared by
/// all session threads and those that read.
class Reads {
 public:
  /// Told when the store could not be read for a client, by whichever thread tried.
  using OnUnreadable = std::function<void(const std::exception&)>;

  Reads(const DirectoryBoard& board, Archive& archive, WallClock clock, OnUnreadable on_unreadable)
      : board_(board),
        archive_(archive),
        clock_(std::move(clock)),
        on_unreadable_(std::move(on_unreadable)) {}

  /// The answer, or a refusal when the store cannot be read: one page of the disk is no reason to end for
  /// everybody.
  template <ReadRequest Read>
  [[nodiscard]] Reply reply_to(ClientNumber client, const Read& wanted) const {
    try {
      return answer(client, wanted);
    } catch (const std::runtime_error& failure) {
      on_unreadable_(failure);
      return refuse(RefusalCode::store_damaged);
    }
  }

 private:
  [[nodiscard]] Reply answer(ClientNumber client, const request::History& wanted) const;
  [[nodiscard]] Reply answer(ClientNumber client, const request::Row& wanted) const;
  [[nodiscard]] Reply answer(ClientNumber client, const request::Heads& wanted) const;
  [[nodiscard]] Reply answer(ClientNumber client, const request::Rooms& wanted) const;
  [[nodiscard]] Reply answer(ClientNumber client, const request::Who& wanted) const;
  [[nodiscard]] Reply answer(ClientNumber client, const request::Whois& wanted) const;
  [[nodiscard]] Reply answer(ClientNumber client, const request::Ping& wanted) const;
  [[nodiscard]] Reply answer(ClientNumber client, const request::Audit& wanted) const;

  [[nodiscard]] std::shared_ptr<const Directory> directory() const {
    return board_.with([](const auto& newest) { return newest; });
  }

  const DirectoryBoard& board_;
  Archive& archive_;
  WallClock clock_;
  OnUnreadable on_unreadable_;
};

}  // namespace palabre::broker
