#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/bench/load/connection.hpp"

namespace palabre::bench {

/// The ZeroMQ wire protocol (ZMTP 3.0) on one connection, reading frames as they stream in.
/// Spoken by hand, so that every system is loaded through the same kind of socket.
class ZmtpReader {
 public:
  enum class Found : std::uint8_t { nothing, greeting_done, command, frame };
  struct Frame {
    std::string_view body;  ///< what is there of it
    std::size_t size = 0;   ///< how much it will be
    bool has_more = false;  ///< further frames of the same message follow
    [[nodiscard]] bool is_whole() const { return body.size() == size; }
  };

  /// Greeting and READY of a socket of that type ("DEALER", "SUB"), mechanism NULL.
  static void write_greeting(std::string& out, std::string_view socket_type);
  /// The greeting of mechanism CURVE, and its first command.
  static void write_curve_greeting(std::string& out, std::string_view hello);

  /// From now on the commands are found too, as the handshake of CURVE wants them.
  void find_commands() { finds_commands_ = true; }

  void give(std::string_view bytes) { bytes_ = bytes; }
  /// The next frame, or as much of it as is there; take it with accept(), or leave it for when more has come.
  Found next();
  [[nodiscard]] const Frame& frame() const { return frame_; }
  void accept();

  /// How many bytes next() and accept() used.
  [[nodiscard]] std::size_t used(std::string_view given) const { return given.size() - bytes_.size(); }

 private:
  bool read_header();
  void drop(std::size_t size);

  std::string_view bytes_;
  Frame frame_;
  std::size_t header_bytes_ = 0;
  std::size_t to_skip_ = 0;  ///< of an accepted frame whose end has not come yet
  bool is_command_ = false;
  bool has_greeting_ = false;
  bool finds_commands_ = false;
};

/// Writes the header of a frame that is a whole message.
void write_zmtp_header(std::string& out, std::size_t size);

void write_zmtp_command(std::string& out, std::string_view body);

}  // namespace palabre::bench
