#include <algorithm>
#include <memory>

#include "client/cli/connection.hpp"
#include "client/cli/output.hpp"
#include "client/cli/program.hpp"
#include "client/cli/since.hpp"
#include "client/cli/talk.hpp"
#include "client/cli/verbs.hpp"
#include "client/exit_status.hpp"

namespace palabre::cli {
namespace {

struct HistoryOptions {
  std::optional<std::string> since;
  std::optional<std::uint64_t> count;
  bool prints_json = false;
};

/// With a count and no beginning, the last ones are meant.
Answer<Sequence> beginning(Connection& connection, const std::string& room, const HistoryOptions& options) {
  if (options.since) return first_sequence(connection, room, *read_since(*options.since), kAnswerWait);
  if (!options.count) return Sequence{1};
  auto answer =
      connection.client->history({.room = room, .from = Sequence{1}, .since = {}, .count = 1}, kAnswerWait);
  if (auto* problem = std::get_if<Problem>(&answer)) return std::move(*problem);
  const auto head = std::get<reply::Page>(answer).head.value;
  return Sequence{head > *options.count ? head - *options.count + 1 : 1};
}

int print_from(Connection& connection, const std::string& room, Sequence next,
               const HistoryOptions& options) {
  Output output;
  MessageOutput messages(output, options.prints_json ? OutputFormat::json : OutputFormat::text,
                         MessageLayout{});
  auto left = options.count.value_or(limits::kIntegerMax);
  while (left > 0) {
    const request::History wanted{
        .room = room, .from = next, .since = {}, .count = std::min<std::uint64_t>(left, limits::kEventsMax)};
    const auto answer = connection.client->history(wanted, kAnswerWait);
    if (const auto* problem = std::get_if<Problem>(&answer)) return fail(*problem);
    const auto& page = std::get<reply::Page>(answer);
    for (const auto& message : messages_of(page)) messages.print(message);
    if (!output.flush()) return kDone;
    const auto count = page.batch.events.size();
    next = next.plus(count);
    left -= std::min<std::uint64_t>(left, count);
    if (count == 0 || next > page.head) break;
  }
  return kDone;
}

int history(const Settings& settings, const HistoryOptions& options) {
  auto connected = connect(settings);
  if (const auto* status = std::get_if<int>(&connected)) return *status;
  auto& connection = std::get<Connection>(connected);
  const auto& room = settings.config.room;
  const auto first = beginning(connection, room, options);
  if (const auto* problem = std::get_if<Problem>(&first)) return fail(*problem);
  return print_from(connection, room, std::get<Sequence>(first), options);
}

}  // namespace

void add_history(Program& program) {
  auto options = std::make_shared<HistoryOptions>();
  auto& verb = program.add_verb("history", "Print what was said in a room",
                                [options](const Settings& settings) { return history(settings, *options); });
  program.add_room_flag(verb);
  verb.add_option("--since", options->since, "Begin there: all, a sequence, or an age such as 10m")
      ->check(CLI::Validator(complain_about_since, "", ""))
      ->type_name("WHEN");
  verb.add_option("--count", options->count, "So many messages at most; without --since, the last ones")
      ->check(positive())
      ->type_name("N");
  verb.add_flag("--json", options->prints_json, "Print one object a message");
}

}  // namespace palabre::cli
