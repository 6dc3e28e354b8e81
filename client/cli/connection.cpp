#include "client/cli/connection.hpp"

#include <algorithm>
#include <utility>

#include "client/cli/talk.hpp"
#include "client/exit_status.hpp"

namespace palabre::cli {
namespace {

constexpr std::chrono::milliseconds kConnectWait{5'000};

bool is_only_early(const Problem& problem) {
  return problem.kind == ProblemKind::refused && problem.refusal.retry_after_ms.has_value();
}

/// A broker that accepts and never answers is as good as none, unless the user set the time.
int status_of_connecting(const Problem& problem, const Deadline& deadline) {
  if (deadline.is_over() && is_only_early(problem)) return kTimedOut;
  const bool is_ours = problem.kind == ProblemKind::timed_out && !deadline.is_over();
  return is_ours ? kUnreachable : status_of(problem);
}

/// Says once why it waits.
Answer<reply::Welcome> welcome_of(Client& client, bool has_patience, const Deadline& deadline) {
  for (bool is_first = true;; is_first = false) {
    auto answer = client.connect(deadline.left(kConnectWait));
    const auto* problem = std::get_if<Problem>(&answer);
    if (problem == nullptr || !is_only_early(*problem) || !has_patience || deadline.is_over()) return answer;
    if (is_first) say(sentence_of(*problem));
  }
}

}  // namespace

std::variant<Connection, int> connect(const Settings& settings, Purpose purpose, const Deadline& deadline) {
  if (const auto why = refuse_server(settings)) {
    say(*why);
    return kUsage;
  }
  auto options = client_options(settings);
  options.wants_feed = purpose.feed != FeedUse::none;
  options.follows_new_direct_rooms = purpose.feed == FeedUse::messages_and_new_direct_rooms;
  options.outbox_file = std::move(purpose.outbox_file);
  Connection connection{.client = std::make_unique<Client>(std::move(options)), .welcome = {}};
  auto answer = welcome_of(*connection.client, purpose.has_patience, deadline);
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
