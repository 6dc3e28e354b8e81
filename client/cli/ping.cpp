#include <fmt/format.h>

#include <chrono>
#include <memory>

#include "client/cli/connection.hpp"
#include "client/cli/json_lines.hpp"
#include "client/cli/output.hpp"
#include "client/cli/program.hpp"
#include "client/cli/talk.hpp"
#include "client/cli/verbs.hpp"
#include "client/exit_status.hpp"

namespace palabre::cli {
namespace {

struct PingOptions {
  std::uint64_t count = 1;
  std::optional<double> timeout;
  bool prints_json = false;
};

Answer<RoundTrip> measure(Connection& connection, const std::string& server, std::chrono::milliseconds wait) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  auto answer = connection.client->ping(wait);
  const auto taken = Clock::now() - start;
  if (auto* problem = std::get_if<Problem>(&answer)) return std::move(*problem);
  const auto& pong = std::get<reply::Pong>(answer);
  return RoundTrip{.server = server,
                   .milliseconds = std::chrono::duration<double, std::milli>(taken).count(),
                   .broker_time = pong.time,
                   .epoch = pong.epoch};
}

int ping(const Settings& settings, const PingOptions& options) {
  const Deadline deadline(options.timeout);
  auto connected = connect(settings, {}, deadline);
  if (const auto* status = std::get_if<int>(&connected)) return *status;
  Output output;
  for (std::uint64_t i = 0; i < options.count; ++i) {
    const auto measured =
        measure(std::get<Connection>(connected), settings.server.talk_address, deadline.left(kAnswerWait));
    if (const auto* problem = std::get_if<Problem>(&measured)) return fail(*problem);
    const auto& round_trip = std::get<RoundTrip>(measured);
    output.line(options.prints_json
                    ? json_line(round_trip)
                    : fmt::format("{} answered in {:.2f} ms", round_trip.server, round_trip.milliseconds));
    if (!output.flush()) break;
  }
  return kDone;
}

}  // namespace

void add_ping(Program& program) {
  auto options = std::make_shared<PingOptions>();
  auto& verb = program.add_verb("ping", "Measure how long the broker takes to answer",
                                [options](const Settings& settings) { return ping(settings, *options); });
  verb.add_option("--count", options->count, "Ask so many times")->check(positive())->type_name("N");
  verb.add_option("--timeout", options->timeout, "Give up after so many seconds")
      ->check(not_negative())
      ->type_name("S");
  verb.add_flag("--json", options->prints_json, "Print an object");
}

}  // namespace palabre::cli
