#include <sys/prctl.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <nlohmann/json.hpp>

#include "tests/bench/load/descriptor_limit.hpp"
#include "tests/bench/load/options.hpp"
#include "tests/bench/load/run.hpp"

namespace palabre::bench {
namespace {

nlohmann::ordered_json about(const Options& options) {
  return {{"system", name_of(options.system)},
          {"mode", name_of(options.mode)},
          {"publishers", options.publishers},
          {"subscribers", options.subscribers},
          {"window", options.window},
          {"under_way", options.under_way},
          {"bytes", options.bytes}};
}

nlohmann::ordered_json microseconds(const Histogram& histogram) {
  const auto quantile = [&](double share) { return static_cast<double>(histogram.quantile(share)) / 1000; };
  return {{"count", histogram.count()}, {"p50", quantile(0.5)},     {"p90", quantile(0.9)},
          {"p99", quantile(0.99)},      {"p99_9", quantile(0.999)}, {"max", quantile(1)}};
}

void report(nlohmann::ordered_json& report, const Options& options, const Figures& figures,
            const Tally& tally) {
  const auto each_second = [&](std::uint64_t count) { return static_cast<double>(count) / figures.seconds; };
  const auto ratio = [](std::uint64_t part, std::uint64_t of) {
    return of == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(of);
  };
  report["seconds"] = figures.seconds;
  report["messages_per_s"] = each_second(figures.messages);
  report["acknowledged_per_s"] = each_second(figures.acknowledged);
  report["deliveries_per_s"] = each_second(figures.delivered);
  report["feed_bytes_per_delivery"] = ratio(figures.bytes_delivered, figures.delivered);
  report["messages_per_frame"] = ratio(figures.delivered, figures.frames_delivered);
  report["largest_frame_messages"] = tally.largest_frame_messages;
  report["largest_frame_bytes"] = tally.largest_frame_bytes;
  report["load_processors"] = figures.processor_seconds / figures.seconds;
  if (options.mode != Mode::delay) return;
  report["rate_wanted"] = options.rate;
  report["delay_us"] = microseconds(tally.delays);
  report["send_lateness_us"] = microseconds(figures.lateness);
}

int run(const Options& options) {
  raise_descriptor_limit(options.publishers + options.subscribers);
  ::prctl(PR_SET_TIMERSLACK, 1000UL);  // so that a steady rate is steady
  auto output = about(options);
  auto run = std::make_unique<Run>(options);
  std::string failure;
  try {
    run->prepare();
    const auto figures = options.mode == Mode::delay ? run->keep_rate() : run->keep_window_full();
    run->drain();
    report(output, options, figures, run->tally());
  } catch (const std::exception& error) {
    failure = error.what();
  }
  output["is_good"] = failure.empty();
  if (!failure.empty()) output["failure"] = failure;
  std::printf("%s\n", output.dump(2).c_str());
  return failure.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace palabre::bench

int main(int argc, char** argv) { return palabre::bench::run(palabre::bench::read_options(argc, argv)); }
