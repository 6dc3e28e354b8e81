#include "client/cli/connection.hpp"

#include <algorithm>
#include <utility>

#include "client/cli/talk.hpp"
#include "client/exit_status.hpp"

namespace palabre::cli {
namespace {

constexpr std::chrono::milliseconds kConnectWait{5'000};

/// A broker that accepts and never answers is as good as none, unless the user set the time.
int status_of_connecting(const Problem& problem, const Deadline& deadline) {
  const bool is_ours = problem.kind == ProblemKind::timed_out && !deadline.is_over();
  return is_ours ? kUnreachable : status_of(problem);
}

}  // namespace

std::variant<Connection, int> connect(const Settings& settings, FeedUse feed, const Deadline& deadline,
                                      const std::filesystem::path& outbox_file) {
  if (const auto why = refuse_server(settings)) {
    say(*why);
    return kUsage;
  }
  auto options = client_options(settings);
  options.wants_feed = feed != FeedUse::none;
  options.follows_new_direct_rooms = feed == FeedUse::messages_and_new_direct_rooms;
  options.outbox_file = outbox_file;
  Connection connection{.client = std::make_unique<Client>(std::move(options)), .welcome = {}};
  auto answer = connection.client->connect(deadline.left(kConnectWait));
  if (const auto* problem = std::get_if<Problem>(&answer)) {
    say(sentence_of(*problem));
    return status_of_connecting(*problem, deadline);
  }
  connection.welcome = std::get<reply::Welcome>(std::move(answer));
  accept_invitation(settings.server, known_brokers());
  return connection;
}

std::optional<int> join_if_needed(Connection& connection, const std::string& room, const Deadline& deadline) {
  if (std::ranges::find(connection.welcome.rooms, room, &RoomHead::room) != connection.welcome.rooms.end()) {
    return std::nullopt;
  }
  const auto answer = connection.client->join(room, deadline.left(kAnswerWait));
  if (const auto* problem = std::get_if<Problem>(&answer)) return fail(*problem);
  return std::nullopt;
}

}  // namespace palabre::cli
