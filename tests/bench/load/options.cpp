#include "tests/bench/load/options.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <map>

#include "schema/limits.hpp"
#include "tests/bench/load/payload.hpp"

namespace palabre::bench {
namespace {

const std::map<std::string, System> kSystems{{"palabre", System::palabre},
                                             {"plain", System::plain},
                                             {"packed", System::packed},
                                             {"redis", System::redis},
                                             {"nats", System::nats}};
const std::map<std::string, Mode> kModes{
    {"fanout", Mode::fanout}, {"stored", Mode::stored}, {"ingest", Mode::ingest}, {"delay", Mode::delay}};
const std::map<std::string, Check> kChecks{
    {"light", Check::light}, {"texts", Check::texts}, {"full", Check::full}};
const std::map<std::string, Until> kUntils{
    {"slowest", Until::slowest}, {"average", Until::average}, {"acknowledged", Until::acknowledged}};
const std::map<std::string, RedisStore> kRedisStores{{"xadd", RedisStore::xadd},
                                                     {"rpush", RedisStore::rpush}};

template <class Value>
std::string name_in(const std::map<std::string, Value>& names, Value wanted) {
  for (const auto& [name, value] : names)
    if (value == wanted) return name;
  return {};
}

constexpr const char* kDescription =
    R"(One process of load for one system: publishers and subscribers that check every delivery.

  fanout  messages under way (--window) stay as many until each subscriber has had them: deliveries/s
  ingest  the same with one subscriber, and --under-way messages of each publisher
  stored  no subscriber; --under-way messages of each publisher wait for their acknowledgement: acked/s
  delay   --rate messages a second, evenly spaced in steps of 0.2 ms at least, whatever happens:
          how long each delivery took

Prints one JSON object; ends with status 1 when anything was lost, repeated or refused.)";

template <class Value>
void add_choice(CLI::App& app, const std::string& flag, Value& value,
                const std::map<std::string, Value>& choices, const std::string& help) {
  std::string words;
  for (const auto& [name, unused] : choices) words += (words.empty() ? "" : "|") + name;
  app.add_option(flag, value, help)
      ->transform(CLI::CheckedTransformer(choices))
      ->option_text(words + " [" + name_in(choices, value) + "]");
}

void add_peers(CLI::App& app, Options& options) {
  app.add_option("--publishers", options.publishers)->check(CLI::Range(1, 1000));
  app.add_option("--subscribers", options.subscribers)->check(CLI::Range(1, 30'000));
  app.add_option("--sleepers", options.sleepers, "More subscribers, who stop reading when all are ready")
      ->check(CLI::Range(0, 1000));
}

void add_options(CLI::App& app, Options& options) {
  add_choice(app, "--system", options.system, kSystems, "What is loaded; plain and packed are forwarders");
  add_choice(app, "--mode", options.mode, kModes, "The form of the load");
  add_choice(app, "--check", options.check, kChecks,
             "Of what comes packed, read the headers, find each text, or (palabre) decode everything");
  add_choice(app, "--until", options.until, kUntils,
             "A message is under way until which subscriber has had it, or until it was acknowledged");
  add_choice(app, "--redis-store", options.redis_store, kRedisStores, "What redis stores with");
  app.add_option("--talk,--port", options.talk_port,
                 "Port of the publishers; redis and nats have this one only");
  app.add_option("--feed", options.feed_port, "Port of the subscribers");
  add_peers(app, options);
  app.add_option("--window", options.window, "Messages under way in total")->check(CLI::Range(1, 1'000'000));
  app.add_option("--under-way", options.under_way, "stored, ingest: messages under way of each publisher")
      ->check(CLI::Range(1, 100'000));
  app.add_option("--bytes", options.bytes, "Of each text")
      ->check(CLI::Range(kPayloadBytesMin, limits::kTextBytesMax));
  app.add_option("--texts", options.texts_a_post, "palabre: texts in a POST at most")
      ->check(CLI::Range(std::size_t{1}, limits::kTextsMax));
  app.add_option("--rooms", options.rooms,
                 "palabre: rooms to make besides the lobby, at most 255 a publisher");
  app.add_option("--invitation", options.invitation, "palabre: of a broker that encrypts");
  app.add_option("--messages", options.messages_max, "End early, after so many; 0: never");
  app.add_option("--rate", options.rate, "delay: messages a second in total")->check(CLI::PositiveNumber);
  app.add_option("--warmup", options.warmup_seconds, "Seconds before the measured ones");
  app.add_option("--seconds", options.seconds, "Measured seconds")->check(CLI::PositiveNumber);
  for (auto* option : app.get_options())
    if (option->get_option_text().empty()) option->capture_default_str();
}

}  // namespace

Options read_options(int argc, char** argv) {
  CLI::App app(kDescription, "palabre_load");
  Options options;
  add_options(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  if (options.mode == Mode::ingest) {
    options.subscribers = 1;
    options.window = options.publishers * options.under_way;
  }
  if (options.mode == Mode::stored) options.subscribers = 0;
  return options;
}

std::string name_of(System system) { return name_in(kSystems, system); }

std::string name_of(Mode mode) { return name_in(kModes, mode); }

}  // namespace palabre::bench
