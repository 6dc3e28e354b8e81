#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace palabre::bench {

class Connection;

/// One end of a dialogue: what to say when connected, and what to make of the bytes that come.
class Dialogue {
 public:
  Dialogue() = default;
  Dialogue(const Dialogue&) = delete;
  Dialogue& operator=(const Dialogue&) = delete;
  virtual ~Dialogue() = default;

  virtual void begin(Connection& connection) = 0;
  /// Uses whole messages from the beginning of `bytes` and returns how many bytes that were; the rest comes
  /// again with what follows it.
  virtual std::size_t read(Connection& connection, std::string_view bytes) = 0;
  /// Whether the load may begin as far as this end is concerned.
  [[nodiscard]] virtual bool is_ready() const = 0;
};

/// A publisher: can post besides.
class Poster : public Dialogue {
 public:
  /// Writes the next so many messages, stamped with the time when that is wanted.
  virtual void post(Connection& connection, std::size_t messages, std::uint64_t sent_ns) = 0;
  /// Asks, before the load begins, which subscriptions are in force; most systems tell without.
  virtual void probe(Connection&) {}
  [[nodiscard]] std::uint64_t under_way() const { return sent_ - acknowledged_; }

 protected:
  std::uint64_t sent_ = 0;
  std::uint64_t acknowledged_ = 0;
};

/// A non-blocking TCP connection to the loopback interface, with what waits to be sent and what was read of
/// an unfinished message.
class Connection {
 public:
  enum class Role : std::uint8_t { publisher, subscriber };

  /// Throws std::system_error when the port does not answer.
  Connection(std::uint16_t port, Role role, Dialogue& dialogue);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] Role role() const { return role_; }

  /// How many messages this one has had, when it is a subscriber.
  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }
  void set_delivered(std::uint64_t messages) { delivered_ = messages; }

  /// What to append to what goes out; flush() sends it.
  [[nodiscard]] std::string& out() { return out_; }
  /// Sends what it can; returns false when some has to wait for the socket to be writable. Throws.
  bool flush();

  /// Reads once into `buffer`, behind what is left over, and gives all of it to the dialogue. Returns how
  /// many bytes came. Throws std::runtime_error when the peer has gone.
  std::size_t receive(std::span<char> buffer, std::uint64_t* read_ns);

 private:
  int descriptor_;
  Role role_;
  Dialogue& dialogue_;
  std::uint64_t delivered_ = 0;
  std::string out_;
  std::string rest_;
};

}  // namespace palabre::bench
