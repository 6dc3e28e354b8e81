#include "broker/config_keys.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

#include "schema/limits.hpp"

namespace palabre::broker {
namespace {

constexpr std::array<std::string_view, 2> kSecurityWords{"open", "curve"};
constexpr std::array<std::string_view, 3> kRegistrationWords{"anyone", "invite", "closed"};
constexpr std::array<std::string_view, 2> kDurabilityWords{"disk", "memory"};
constexpr std::array<std::string_view, 4> kLogLevelWords{"debug", "info", "warning", "error"};
constexpr std::array<std::string_view, 2> kLogFormatWords{"text", "json"};

constexpr std::uint64_t kMebibyte = 1024 * 1024;

template <auto Member>
void put_number(Config& config, std::uint64_t number) {
  config.*Member = static_cast<std::remove_reference_t<decltype(config.*Member)>>(number);
}
template <auto Member>
void put_text(Config& config, std::string_view text) {
  config.*Member = text;
}
void put_security(Config& config, std::string_view word) {
  config.security = word == "curve" ? Security::curve : Security::open;
}
void put_registration(Config& config, std::string_view word) {
  config.registration = word == "invite"   ? Registration::invite
                        : word == "closed" ? Registration::closed
                                           : Registration::anyone;
}
void put_durability(Config& config, std::string_view word) {
  config.durability = word == "memory" ? Durability::memory : Durability::disk;
}

template <auto Member>
constexpr WholeNumber number(std::uint64_t otherwise, std::uint64_t least, std::uint64_t most) {
  return {otherwise, least, most, put_number<Member>};
}
template <auto Member>
constexpr Word text(std::string_view otherwise, std::span<const std::string_view> choices = {}) {
  return {otherwise, choices, put_text<Member>};
}

constexpr std::array kKeys{
    Key{"data_dir", "",
        "Where the matrix is kept. Empty means $XDG_STATE_HOME/palabre or ~/.local/state/palabre.",
        text<&Config::data_dir>("")},
    Key{"bind", "", "The numeric address that both ports listen on; 0.0.0.0 is every IPv4 address.",
        text<&Config::bind>("127.0.0.1")},
    Key{"talk_port", "", "The TCP port for requests and replies; 0 takes a free one.",
        number<&Config::talk_port>(limits::kDefaultTalkPort, 0, 65535)},
    Key{"feed_port", "", "The TCP port for the feed; 0 takes a free one.",
        number<&Config::feed_port>(limits::kDefaultFeedPort, 0, 65535)},
    Key{"security", "",
        "curve: encrypted, people are known by keys. open: no encryption, for a trusted network.",
        Word{"curve", kSecurityWords, put_security}},
    Key{"registration", "",
        "Who is taken under a new name: anyone, invite (see palabred invite) or closed (palabred identity "
        "add).",
        Word{"anyone", kRegistrationWords, put_registration}},
    Key{"durability", "",
        "disk: acknowledge after the flush. memory: faster, and a power cut loses messages.",
        Word{"disk", kDurabilityWords, put_durability}},
    Key{"heartbeat_ms", "milliseconds", "A client silent for three heartbeats is forgotten.",
        number<&Config::heartbeat_ms>(10000, 100, 3'600'000)},
    Key{"mailbox", "requests", "What may wait for one session; beyond that its client is told to try later.",
        number<&Config::mailbox>(1024, 1, 65'536)},
    Key{"mailbox_bytes", "bytes",
        "How long these requests may be together; beyond that its client is told to try later.",
        number<&Config::mailbox_bytes>(4 * kMebibyte, kMebibyte, 1024 * kMebibyte)},
    Key{"greeter_queue", "requests",
        "How many requests of 4 KiB may wait to be greeted; beyond that a newcomer is told to try later.",
        number<&Config::greeter_queue>(1024, 1, 65'536)},
    Key{"recorder_queue", "requests",
        "How many requests of 4 KiB may wait to be stored; beyond that sessions wait.",
        number<&Config::recorder_queue>(8192, 1, 1'048'576)},
    Key{"publisher_queue", "batches",
        "How many batches of 4 KiB may wait to be published; beyond that storing waits.",
        number<&Config::publisher_queue>(8192, 1, 1'048'576)},
    Key{"router_outbox", "replies",
        "How many replies of 4 KiB may wait to be sent; beyond that they are dropped, and clients ask again.",
        number<&Config::router_outbox>(65536, 1, 16'777'216)},
    Key{"feed_high_water_mark", "frames",
        "What may wait for one subscriber; beyond that it misses some and asks for them.",
        number<&Config::feed_high_water_mark>(1024, 1, 1'000'000)},
    Key{"sessions_max", "sessions", "How many identities may be connected at once, one thread each.",
        number<&Config::sessions_max>(16384, 1, 65'536)},
    Key{"messages_per_second", "messages",
        "What one identity may post in any case, of 256 bytes each; more while any are spare. 0: any number. "
        "Where none are, a request longer than two seconds of that waits up to twice the time it takes to "
        "earn. Unless 0, 16 KiB of it are stored each 20 ms, ten times as much of a bot's.",
        number<&Config::messages_per_second>(32, 0, 1'000'000'000)},
    Key{"spare_messages_per_second", "messages",
        "What one may post beyond; two together half as much, six or more a sixth. 0: none.",
        number<&Config::spare_messages_per_second>(3000, 0, 1'000'000'000)},
    Key{"changes_per_second", "requests",
        "How often one identity may join, leave or moderate, and how often it may come; beyond that it is "
        "told to wait. 0: any number.",
        number<&Config::changes_per_second>(200, 0, 1'000'000'000)},
    Key{"reads_per_second", "requests",
        "How often one identity may ask for history, people and the like; beyond that it waits. 0: any "
        "number.",
        number<&Config::reads_per_second>(2000, 0, 1'000'000'000)},
    Key{"bots", "",
        "Names, separated by commas, that have ten times these rates, and connections; what is spare is the "
        "same for all.",
        text<&Config::bots>("")},
    Key{"connections_per_identity", "connections",
        "How many one identity may have to the talk port at once; the next one is told to try later. "
        "Programs that were killed count for three to four heartbeats. 0: any number.",
        number<&Config::connections_per_identity>(256, 0, 1'048'576)},
    Key{"connections_per_address", "connections",
        "How many may come from one address; one client has two. The next one is ended, and for a second the "
        "kernel keeps others away.",
        number<&Config::connections_per_address>(256, 1, 1'048'576)},
    Key{"connections_per_local_address", "connections", "The same for addresses of this machine's loopback.",
        number<&Config::connections_per_local_address>(65'536, 1, 1'048'576)},
    Key{"unread_bytes", "bytes",
        "What one connection may have waiting for the router in memory; beyond that it is ended.",
        number<&Config::unread_bytes>(16 * kMebibyte, kMebibyte, 1024 * kMebibyte)},
    Key{"unread_reply_bytes", "bytes",
        "Replies that may wait for one connection that does not read them; beyond that they are dropped.",
        number<&Config::unread_reply_bytes>(16 * kMebibyte, kMebibyte, 1024 * kMebibyte)},
    Key{"subscription_bytes", "bytes",
        "What one connection may send to the feed port at once at most, 256 a second more; beyond that it is "
        "ended. Where rooms are few it is less: 4096, and 256 for each. To follow a room takes 60 to 180.",
        number<&Config::subscription_bytes>(256 * 1024, 4096, 1024 * kMebibyte)},
    Key{"readers", "threads", "Threads that read history for clients, at a low priority.",
        number<&Config::readers>(1, 1, 64)},
    Key{"reading_queue", "requests",
        "What may wait for them; beyond that, or a sixteenth of what is free, a client is told to try later.",
        number<&Config::reading_queue>(16'384, 1, 1'048'576)},
    Key{"memory_max_percent", "percent",
        "Of the machine's or control group's memory; beyond it newcomers, posts and reading wait. 0: off.",
        number<&Config::memory_max_percent>(80, 0, 100)},
    Key{"memory_max_bytes", "bytes", "The same as a number of bytes; what is less counts. 0: off.",
        number<&Config::memory_max_bytes>(0, 0, std::uint64_t{1} << 53)},
    Key{"log_level", "", "How much is logged: debug, info, warning or error.",
        text<&Config::log_level>("info", kLogLevelWords)},
    Key{"log_format", "", "text: a line for people. json: an object a line, for programs.",
        text<&Config::log_format>("text", kLogFormatWords)},
};

}  // namespace

std::span<const Key> keys() { return kKeys; }

std::string default_of(const Key& key) {
  if (const auto* range = std::get_if<WholeNumber>(&key.kind)) return std::to_string(range->otherwise);
  return std::string(std::get<Word>(key.kind).otherwise);
}

std::string flag_of(const Key& key) {
  std::string flag = "--" + std::string(key.name);
  std::ranges::replace(flag, '_', '-');
  return flag;
}

std::string environment_of(const Key& key) {
  std::string variable = "PALABRED_" + std::string(key.name);
  std::ranges::transform(variable, variable.begin(), [](char letter) {
    return letter >= 'a' && letter <= 'z' ? char(letter - 32) : letter;
  });
  return variable;
}

}  // namespace palabre::broker
