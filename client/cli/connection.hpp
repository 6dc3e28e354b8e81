#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <variant>

#include "client/cli/deadline.hpp"
#include "client/cli/settings.hpp"
#include "client/client.hpp"

namespace palabre::cli {

/// How long a broker may take to answer a question.
inline constexpr std::chrono::milliseconds kAnswerWait{10'000};

enum class FeedUse : std::uint8_t {
  none,
  messages,
  messages_and_new_direct_rooms,
};

struct Connection {
  std::unique_ptr<Client> client;
  reply::Welcome welcome;
};

/// What to connect for.
struct Purpose {
  FeedUse feed = FeedUse::none;
  std::filesystem::path outbox_file = {};
  /// A broker that says `busy` is waited for until the deadline, and not for five seconds.
  bool has_patience = false;
};

/// A client that said hello, or the status to end with, the reason having been said. Without a broker it
/// gives up after five seconds, or at the deadline when that is sooner. An outbox file that cannot be used is
/// a std::runtime_error.
[[nodiscard]] std::variant<Connection, int> connect(const Settings& settings, Purpose purpose = {},
                                                    const Deadline& deadline = Deadline({}));

/// Joins the room unless the welcome says that we are a member. The status to end with when that fails.
[[nodiscard]] std::optional<int> join_if_needed(Connection& connection, const std::string& room,
                                                const Deadline& deadline);

}  // namespace palabre::cli
