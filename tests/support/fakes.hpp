#pragma once

#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

#include "broker/domain/ports.hpp"
#include "schema/codec.hpp"
#include "tests/support/collected.hpp"

/// The domain's outside (broker/domain/ports.hpp) without sockets: each fake keeps what it was told. Any
/// thread may call them.
namespace palabre::broker {

/// One reply on its way to a client.
struct SentReply {
  ConnectionId connection;
  RequestId request;
  Reply reply;

  /// The reply as a Kind; throws when it is another.
  template <class Kind>
  [[nodiscard]] const Kind& as() const {
    return std::get<Kind>(reply);
  }
  [[nodiscard]] std::optional<RefusalCode> refusal() const {
    const auto* refusal = std::get_if<Refusal>(&reply);
    return refusal == nullptr ? std::nullopt : std::optional(refusal->code);
  }
};

/// Decodes as a client would, so that no test accepts what a client could not read.
class FakeReplies : public Replies {
 public:
  void send(ConnectionId connection, Bytes frame) override {
    auto decoded = decode_reply(frame);
    if (!decoded) throw std::logic_error("the broker sent what no client can read");
    replies_.add({connection, decoded->id, std::move(decoded->body)});
  }
  void send_all(std::vector<Outgoing>& replies) override {
    for (auto& [connection, frame] : std::exchange(replies, {})) send(connection, std::move(frame));
  }

  [[nodiscard]] std::vector<SentReply> all() const { return replies_.all(); }
  [[nodiscard]] std::vector<SentReply> wait_for(std::size_t count) const { return replies_.wait_for(count); }
  /// The first reply to a request; throws when none came.
  [[nodiscard]] SentReply reply_to(std::uint64_t request) const {
    const auto answers = [request](const SentReply& sent) { return sent.request.value == request; };
    if (!replies_.wait_until_any(answers)) throw std::runtime_error("no reply came");
    const auto sent = replies_.all();
    return *std::ranges::find_if(sent, answers);
  }

 private:
  Collected<SentReply> replies_;
};

/// What the greeter asked of the router, in order.
class FakeSwitchboard : public Switchboard {
 public:
  struct Binding {
    ConnectionId connection;
    ClientNumber client;  ///< 0: nobody any more
    friend bool operator==(const Binding&, const Binding&) = default;
  };
  struct Ending {
    ConnectionId connection;
    friend bool operator==(const Ending&, const Ending&) = default;
  };
  using Item = std::variant<Binding, ConnectionId, Ending>;  ///< ConnectionId: a reply to it

  void send(ConnectionId connection, Bytes frame) override {
    items_.add(connection);
    replies.send(connection, std::move(frame));
  }
  void send_all(std::vector<Outgoing>& outgoing) override {
    for (auto& [connection, frame] : std::exchange(outgoing, {})) send(connection, std::move(frame));
  }
  void bind(ConnectionId connection, ClientNumber client) override {
    items_.add(Binding{connection, client});
  }
  void unbind(ConnectionId connection) override { bind(connection, {}); }
  void end(ConnectionId connection) override { items_.add(Ending{connection}); }

  [[nodiscard]] std::vector<Item> wait_for(std::size_t count) const { return items_.wait_for(count); }

  FakeReplies replies;

 private:
  Collected<Item> items_;
};

class FakeFeed : public Feed {
 public:
  /// Decodes as a subscriber would.
  void publish(PackedBatch batch) override { batches.add(decode_batch(encode(batch)).value()); }
  void notify(Notice notice) override { notices.add(std::move(notice)); }

  Collected<Batch> batches;
  Collected<Notice> notices;
};

class FakeDoor : public Door {
 public:
  void admitted(effect::Admitted told) override { admissions.add(std::move(told)); }
  void departed(effect::Departed told) override { departures.add(told); }
  void ruled(effect::Ruling told) override { rulings.add(std::move(told)); }

  Collected<effect::Admitted> admissions;
  Collected<effect::Departed> departures;
  Collected<effect::Ruling> rulings;
};

}  // namespace palabre::broker
