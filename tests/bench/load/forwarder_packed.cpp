#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "tests/bench/load/forwarder.hpp"
#include "tests/bench/load/forwarder_frame.hpp"

namespace palabre::bench {
namespace {

constexpr std::size_t kFrameMessagesMax = 1024;
constexpr std::size_t kFrameBytesMax = 256 * 1024;

using Group = std::vector<zmq::message_t>;

/// A queue into one thread, which is woken only when it was empty and takes everything that waits.
class GroupQueue {
 public:
  /// Leaves `group` empty.
  void put(Group& group) {
    std::unique_lock lock(mutex_);
    const bool was_empty = waiting_.empty();
    if (was_empty) {
      waiting_.swap(group);
    } else {
      for (auto& message : group) waiting_.push_back(std::move(message));
    }
    lock.unlock();
    group.clear();
    if (was_empty) arrival_.notify_one();
  }
  void take(Group& group) {
    group.clear();
    std::unique_lock lock(mutex_);
    arrival_.wait(lock, [this] { return !waiting_.empty(); });
    group.swap(waiting_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrival_;
  Group waiting_;
};

/// A client's thread: hands on what it is given, in the groups that it finds.
class Client {
 public:
  explicit Client(GroupQueue& publisher)
      : thread_([this, &publisher] {
          Group taken;
          while (true) {
            inbox_.take(taken);
            publisher.put(taken);
          }
        }) {}

  void add(zmq::message_t&& message) { group_.push_back(std::move(message)); }
  void hand_over() {
    if (!group_.empty()) inbox_.put(group_);
  }

 private:
  Group group_;  ///< what the router thread gathers
  GroupQueue inbox_;
  std::jthread thread_;
};

void send_packed(zmq::socket_t& pub, const Group& group, std::size_t begin, std::size_t end,
                 std::size_t bytes, std::uint64_t sequence) {
  zmq::message_t frame(sizeof(PackedHeader) + bytes);
  auto* place = frame.data<char>();
  const PackedHeader header{sequence, end - begin};
  std::memcpy(place, &header, sizeof header);
  place += sizeof header;
  for (std::size_t i = begin; i < end; ++i) {
    const auto size = static_cast<std::uint32_t>(group[i].size());
    std::memcpy(place, &size, sizeof size);
    std::memcpy(place + sizeof size, group[i].data(), size);
    place += sizeof size + size;
  }
  pub.send(frame, zmq::send_flags::dontwait);
}

void publish(zmq::socket_t& pub, GroupQueue& queue) {
  Group group;
  std::uint64_t next = 1;
  while (true) {
    queue.take(group);
    for (std::size_t begin = 0; begin < group.size();) {
      std::size_t end = begin;
      std::size_t bytes = 0;
      while (end < group.size() && end - begin < kFrameMessagesMax && bytes < kFrameBytesMax) {
        bytes += kPackedSizeBytes + group[end++].size();
      }
      send_packed(pub, group, begin, end, bytes, next);
      next += end - begin;
      begin = end;
    }
  }
}

}  // namespace

void forward_packed(ForwarderSockets& sockets) {
  GroupQueue queue;
  const std::jthread publisher([&] { publish(sockets.pub, queue); });
  std::map<std::string, Client, std::less<>> clients;
  zmq::message_t from;
  zmq::message_t frame;
  zmq::pollitem_t item{sockets.router.handle(), 0, ZMQ_POLLIN, 0};
  while (true) {
    zmq::poll(&item, 1, std::chrono::milliseconds(-1));
    for (int i = 0; i < kReceivedAtOnce && receive(sockets.router, from, frame); ++i) {
      auto client = clients.find(from.to_string_view());
      if (client == clients.end()) client = clients.try_emplace(from.to_string(), queue).first;
      client->second.add(std::move(frame));
    }
    for (auto& [routing_id, client] : clients) client.hand_over();
  }
}

}  // namespace palabre::bench
