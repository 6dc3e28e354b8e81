#pragma once

#include <cstddef>
#include <string>

#include "client/cli/connection.hpp"
#include "client/cli/deadline.hpp"
#include "client/cli/interrupt.hpp"
#include "client/cli/output.hpp"
#include "client/cli/resumed_input.hpp"
#include "client/cli/send_options.hpp"
#include "client/exit_status.hpp"
#include "client/line_reader.hpp"

namespace palabre::cli {

/// One run of `send`: posts, and waits until each is answered. Says of every message that it is stored (by
/// saying nothing, or with --json), unknown, or refused and why.
class Sending {
 public:
  Sending(Connection& connection, std::string room, const SendOptions& options, const Deadline& deadline)
      : client_(*connection.client),
        room_(std::move(room)),
        options_(options),
        deadline_(deadline),
        resumed_(client_.resumed()),
        input_(resumed_),
        under_way_(resumed_.pending) {}

  int send_text(const std::string& text);
  int send_lines();
  /// Waits until what runs before this one left is answered.
  int send_what_was_kept();

 private:
  int run();
  int end();
  int stop(int status) const;
  void post_lines();
  void post(const std::string& text);
  void refused(const std::string& what, const Refusal& refusal);
  void take_events();
  void take(const ClientEvent& event);
  void wait() const;
  [[nodiscard]] bool wants_input() const { return reads_lines_ && !lines_.is_at_end(); }
  [[nodiscard]] bool has_posted_all() const { return !reads_lines_ || !lines_.has_line(); }

  Client& client_;
  std::string room_;
  const SendOptions& options_;
  const Deadline& deadline_;
  const Resumed resumed_;
  ResumedInput input_;
  InterruptWatch watch_;
  Output output_;
  mutable LineReader lines_{0};
  std::size_t line_number_ = 0;
  bool reads_lines_ = false;
  bool is_turned_away_ = false;
  std::size_t under_way_;
  int status_ = kDone;
};

}  // namespace palabre::cli
