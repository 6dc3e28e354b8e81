#include "broker/broker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "broker/invitations.hpp"
#include "broker/journal/data_directory.hpp"
#include "broker/journal/recorder.hpp"
#include "broker/journal/sqlite_archive.hpp"
#include "broker/journal/sqlite_journal.hpp"
#include "broker/operator/operator_desk.hpp"
#include "broker/session/greeter.hpp"
#include "broker/session/reading_threads.hpp"
#include "broker/session/reads.hpp"
#include "broker/session/registry.hpp"
#include "broker/transport/context.hpp"
#include "broker/transport/guard.hpp"
#include "broker/transport/outbox.hpp"
#include "broker/transport/publisher.hpp"
#include "broker/transport/router.hpp"
#include "broker/transport/zap.hpp"
#include "broker/wall_clock.hpp"
#include "schema/limits.hpp"

namespace palabre::broker {
namespace {

std::string address_of(const std::string& host, std::uint16_t port) {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  const auto place = is_ipv6 ? "[" + host + "]" : host;
  return "tcp://" + place + ":" + (port == 0 ? "*" : std::to_string(port));
}

std::uint16_t port_of(const std::string& endpoint) {
  const auto digits = endpoint.substr(endpoint.rfind(':') + 1);
  std::uint16_t port = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return port;
}

template <class Socket, class... Arguments>
std::unique_ptr<Socket> bind(const std::string& address, Arguments&&... arguments) {
  try {
    return std::make_unique<Socket>(std::forward<Arguments>(arguments)...);
  } catch (const zmq::error_t& error) {
    throw std::runtime_error(fmt::format("cannot listen on {}: {}", address, error.what()));
  }
}

CurveKey secret_of(const Config& config) {
  return config.security == Security::open ? CurveKey{} : broker_secret(config.data_dir);
}

Strangers strangers_of(const Config& config) {
  if (config.security == Security::open) return Strangers::everywhere;
  return config.registration == Registration::closed ? Strangers::nowhere : Strangers::at_talk;
}

Guard::Options guard_options(const Config& config) {
  // A longest request that is still coming is not too much; libzmq's own words are few.
  constexpr std::uint64_t kUnfinishedBytesMax = limits::kRequestBytesMax + 64 * 1024;
  return {{config.connections_per_address, config.connections_per_local_address,
           connections_allowed(config.sessions_max)},
          {kUnfinishedBytesMax, config.unread_bytes},
          config.subscription_bytes};
}

/// 0: any number.
std::uint64_t memory_max(const Config& config) {
  const auto share = memory_of_machine() / 100 * config.memory_max_percent;
  if (config.memory_max_bytes == 0 || share == 0) return std::max(config.memory_max_bytes, share);
  return std::min(config.memory_max_bytes, share);
}

// What is spare is for who has much to say, not for all to say much at once.
constexpr double kSpareSeconds = 0.5;

IdentityLimits limits_of(const Config& config) {
  IdentityLimits most{static_cast<double>(config.messages_per_second),
                      static_cast<double>(config.changes_per_second),
                      static_cast<double>(config.reads_per_second),
                      {},
                      config.connections_per_identity};
  std::istringstream names(config.bots);
  for (std::string name; std::getline(names, name, ',');) {
    std::erase(name, ' ');
    most.bots.insert(name);
  }
  return most;
}

}  // namespace

/// In the order in which they are made; each uses only those above it.
struct Broker::Parts {
  DataDirectory directory;
  Store store;
  DirectoryBoard board;
  MemoryWatch memory;

  CurveKey secret;  ///< empty: nothing is encrypted
  KeyPair canary = make_key_pair();
  AdmittedKeys keys;
  zmq::context_t context;
  Guard guard;
  Zap zap;  // before anything binds
  Outbox outbox;
  std::unique_ptr<Router> router;
  std::unique_ptr<Publisher> publisher;

  Recorder recorder;
  Reads reads;
  ReadingThreads reading;
  SpareRate spare;
  Registry registry;
  OperatorDesk desk;
  std::unique_ptr<Greeter> greeter;

  Parts(const Config& config, Watch watch, const StoreOpener& open)
      : directory(config.data_dir),
        store(open(directory, config)),
        memory(memory_max(config), std::move(watch.on_memory)),
        secret(secret_of(config)),
        context(make_context(config.sessions_max)),
        guard(guard_options(config)),
        zap(context, strangers_of(config), keys, canary.open, &guard.quarantine()),
        outbox(config.router_outbox),
        router(make_router(config)),
        publisher(make_publisher(config)),
        recorder({config.recorder_queue, config.durability},
                 {*store.journal, *publisher, outbox, board, wall_clock, std::move(watch.on_failure)}),
        reads(board, *store.archive, wall_clock, std::move(watch.on_unreadable)),
        reading({config.readers, config.reading_queue}, reads, outbox),
        spare(static_cast<double>(config.spare_messages_per_second), kSpareSeconds),
        registry({recorder.mailbox(),
                  outbox,
                  reads,
                  reading,
                  memory,
                  {config.mailbox, config.mailbox_bytes},
                  limits_of(config),
                  config.spare_messages_per_second > 0 ? &spare : nullptr},
                 config.sessions_max),
        desk(directory.path(), {recorder.mailbox(), board, !secret.empty()}),
        greeter(make_greeter(config)) {
    note_known_keys();
    publisher->start(board.with([](const auto& newest) { return newest->epoch(); }));
    recorder.start(*greeter);
    router->start(registry, *greeter);
    guard.start(guard_ports(std::move(watch.on_ended)), port_of(router->endpoint()),
                port_of(publisher->endpoint()));
    desk.start();
  }

  void note_known_keys() {
    const auto book = board.with([](const auto& newest) { return newest; });
    for (ClientNumber client{1}; book->has(client); client = client.next()) {
      const auto& known = book->at(client);
      if (known.key.empty()) continue;
      if (known.ban) {
        keys.bar(known.key);
      } else {
        keys.admit(known.key);
      }
    }
  }

  ~Parts() {
    desk.finish();
    router->refuse_all();
    greeter->finish();
    registry.close_all();
    reading.finish();
    recorder.finish();
    publisher->finish();
    router->finish();
    guard.finish();
  }

  Guard::Ports guard_ports(decltype(Watch::on_ended) on_ended) {
    Guard::Ports ports{[this] { outbox.wake_up().ring(); },
                       [this] { return board.with([](const auto& newest) { return newest->open_rooms(); }); },
                       [this](const ConnectionEvent& event) { publisher->tell_audience(event); },
                       std::move(on_ended)};
    if (memory.is_on()) ports.look_at_memory = [this] { memory.look(); };
    return ports;
  }

  std::unique_ptr<Router> make_router(const Config& config) {
    const auto address = address_of(config.bind, config.talk_port);
    const Router::Options options{address, std::chrono::milliseconds(config.heartbeat_ms),
                                  config.unread_reply_bytes, secret};
    return bind<Router>(address, context, options, outbox, guard);
  }

  std::unique_ptr<Publisher> make_publisher(const Config& config) {
    const auto address = address_of(config.bind, config.feed_port);
    const Publisher::Options options{address, config.publisher_queue,
                                     static_cast<int>(config.feed_high_water_mark), secret, canary};
    return bind<Publisher>(address, context, options, wall_clock, guard);
  }

  std::unique_ptr<Greeter> make_greeter(const Config& config) {
    Greeter::Options options{config.greeter_queue, port_of(publisher->endpoint()), config.heartbeat_ms,
                             config.registration};
    options.per_identity = limits_of(config);
    if (!secret.empty()) options.codes.emplace(secret);
    Greeter::Tools tools{recorder.mailbox(), registry, outbox, board, keys, wall_clock, memory};
    // Where nothing is encrypted, whoever is hung up on comes back.
    tools.end_feed = [this] {
      if (!secret.empty()) guard.end_feed();
    };
    tools.tell_operator = [this](effect::Ruling ruling) { desk.ruled(std::move(ruling)); };
    return std::make_unique<Greeter>(std::move(options), std::move(tools));
  }
};

Store open_store(const DataDirectory& directory, const Config& config) {
  // One connection more than threads that read: sessions ask for heads, and must not wait for those.
  return {open_journal(directory, {config.durability}), open_archive(directory, config.readers + 1)};
}

Broker::Broker(const Config& config, Watch watch, const StoreOpener& open)
    : parts_(std::make_unique<Parts>(config, std::move(watch), open)) {}

Broker::~Broker() = default;

std::string Broker::talk_endpoint() const { return parts_->router->endpoint(); }

std::string Broker::feed_endpoint() const { return parts_->publisher->endpoint(); }

std::uint16_t Broker::talk_port() const { return port_of(talk_endpoint()); }

std::optional<Invitation> Broker::invitation() const {
  if (parts_->secret.empty()) return std::nullopt;
  return Invitation{place_to_dial(talk_endpoint()), pair_of(parts_->secret).open, {}};
}

}  // namespace palabre::broker
