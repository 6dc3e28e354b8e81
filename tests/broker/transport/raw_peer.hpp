#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace palabre::broker {

/// A peer that speaks ZMTP 3.0 by hand, and so can do and claim what libzmq would not let it.
class RawPeer {
 public:
  /// From an address of loopback's. Throws when that is not let in so soon.
  explicit RawPeer(std::uint16_t port, const std::string& source = "127.0.0.1",
                   std::chrono::milliseconds patience = std::chrono::seconds(20))
      : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval limit{patience.count() / 1000, patience.count() % 1000 * 1000};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const auto here = address_of(::inet_addr(source.c_str()), 0);
    const auto there = address_of(htonl(INADDR_LOOPBACK), port);
    if (::bind(descriptor_, generic(here), sizeof here) != 0 ||
        ::connect(descriptor_, generic(there), sizeof there) != 0) {
      ::close(descriptor_);
      throw std::runtime_error("cannot connect");
    }
  }
  ~RawPeer() { ::close(descriptor_); }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  /// Shakes hands without encryption, as a DEALER with one more property, and sends one message.
  void claim(const std::string& property, const std::string& value, const std::string& message) {
    shake_hands("DEALER", metadata(property, value));
    send(message);
  }

  /// Throws when the other side hangs up before it is ready.
  void shake_hands(const std::string& socket_type, const std::string& properties = {}) {
    std::string greeting(64, '\0');
    greeting.replace(0, 1, "\xff").replace(9, 1, "\x7f").replace(10, 1, "\x03").replace(12, 4, "NULL");
    write(greeting);
    const auto ready = "\x05READY" + metadata("Socket-Type", socket_type) + properties;
    write("\x04" + std::string(1, static_cast<char>(ready.size())) + ready);
    read_until("READY");
  }

  /// One message of one frame, of less than 256 bytes.
  void send(const std::string& message) { send_frame('\0', message); }
  /// A frame of a message that goes on.
  void send_part(const std::string& part) { send_frame('\x01', part); }

  [[nodiscard]] bool is_ended_within(std::chrono::milliseconds patience) const {
    pollfd item{descriptor_, POLLIN, 0};
    (void)::poll(&item, 1, static_cast<int>(patience.count()));
    return is_ended();
  }
  /// Whether the other side has ended the connection; what came meanwhile is read and forgotten.
  [[nodiscard]] bool is_ended() const {
    char bytes[256];
    ssize_t count = 0;
    do {
      count = ::recv(descriptor_, bytes, sizeof bytes, MSG_DONTWAIT);
    } while (count > 0);
    return count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }

 private:
  static sockaddr_in address_of(in_addr_t address, std::uint16_t port) {
    return {AF_INET, htons(port), {address}, {}};
  }
  static const sockaddr* generic(const sockaddr_in& address) {
    return reinterpret_cast<const sockaddr*>(&address);
  }
  static std::string metadata(const std::string& name, const std::string& value) {
    return static_cast<char>(name.size()) + name + std::string(3, '\0') + static_cast<char>(value.size()) +
           value;
  }
  void send_frame(char flags, const std::string& body) const {
    write(std::string(1, flags) + static_cast<char>(body.size()) + body);
  }
  void write(const std::string& bytes) const {
    if (::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) {
      throw std::runtime_error("cannot write");
    }
  }
  void read_until(const std::string& word) const {
    std::string received;
    while (received.find(word) == std::string::npos) {
      char bytes[256];
      const auto count = ::read(descriptor_, bytes, sizeof bytes);
      if (count <= 0) throw std::runtime_error("the broker hung up");
      received.append(bytes, static_cast<std::size_t>(count));
    }
  }

  int descriptor_;
};

}  // namespace palabre::broker
