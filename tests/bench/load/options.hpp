#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace palabre::bench {

enum class System : std::uint8_t { palabre, plain, packed, redis, nats };
enum class Mode : std::uint8_t { fanout, stored, ingest, delay };
/// How closely subscribers look at what comes packed: at the header of each frame; at each message's
/// publisher and counter, as where a delay is measured; or, palabre's, at everything with the library.
enum class Check : std::uint8_t { light, texts, full };
/// When a message is no longer under way: when the slowest subscriber has had it, when so many deliveries as
/// there are subscribers were made, of whatever messages, or when it was acknowledged, whoever has had it:
/// then only the server itself can keep its feed from running away.
enum class Until : std::uint8_t { slowest, average, acknowledged };
enum class RedisStore : std::uint8_t { xadd, rpush };

/// One run of the load, as asked for on the command line.
struct Options {
  System system = System::palabre;
  Mode mode = Mode::fanout;
  Check check = Check::light;
  Until until = Until::slowest;
  RedisStore redis_store = RedisStore::rpush;
  std::uint16_t talk_port = 8420;
  std::uint16_t feed_port = 8421;
  std::size_t publishers = 4;
  std::size_t subscribers = 100;
  std::size_t sleepers = 0;    ///< more subscribers, who stop reading when all are ready
  std::size_t window = 1024;   ///< messages under way in total
  std::size_t under_way = 64;  ///< messages under way of each publisher, where that is the measure
  std::size_t bytes = 64;      ///< of each text
  std::size_t texts_a_post = 64;
  std::size_t rooms = 0;           ///< that the publishers make besides the lobby, where all talk is
  std::uint64_t messages_max = 0;  ///< after which a window is not filled any more; 0: no such end
  std::string invitation;          ///< of a broker that encrypts
  double rate = 200;               ///< messages a second in total
  double warmup_seconds = 0.5;
  double seconds = 3;
};

/// Ends the process on a wrong command line, or when help was asked for.
[[nodiscard]] Options read_options(int argc, char** argv);

[[nodiscard]] std::string name_of(System system);
[[nodiscard]] std::string name_of(Mode mode);

}  // namespace palabre::bench
