#include "tests/bench/load/zmtp.hpp"

#include <algorithm>

namespace palabre::bench {
namespace {

constexpr std::size_t kGreetingBytes = 64;
constexpr std::uint8_t kMore = 1;
constexpr std::uint8_t kLong = 2;
constexpr std::uint8_t kCommand = 4;
constexpr std::size_t kShortBytesMax = 255;

void write_big_endian(std::string& out, std::uint64_t number, unsigned width) {
  for (unsigned shift = 8 * width; shift > 0; shift -= 8) out += static_cast<char>(number >> (shift - 8));
}

void write_header(std::string& out, std::uint8_t flags, std::size_t size) {
  const bool is_long = size > kShortBytesMax;
  out += static_cast<char>(flags | (is_long ? kLong : 0));
  write_big_endian(out, size, is_long ? 8 : 1);
}

void write_mechanism(std::string& out, std::string_view mechanism) {
  std::string greeting(kGreetingBytes, '\0');
  greeting[0] = '\xff';
  greeting[9] = '\x7f';
  greeting[10] = 3;
  greeting.replace(12, mechanism.size(), mechanism);
  out += greeting;
}

}  // namespace

void ZmtpReader::write_greeting(std::string& out, std::string_view socket_type) {
  std::string ready("\x05READY\x0bSocket-Type");
  write_big_endian(ready, socket_type.size(), 4);
  ready += socket_type;
  write_mechanism(out, "NULL");
  write_zmtp_command(out, ready);
}

void ZmtpReader::write_curve_greeting(std::string& out, std::string_view hello) {
  write_mechanism(out, "CURVE");
  write_zmtp_command(out, hello);
}

void ZmtpReader::drop(std::size_t size) { bytes_.remove_prefix(size); }

bool ZmtpReader::read_header() {
  if (bytes_.size() < 2) return false;
  const auto flags = static_cast<std::uint8_t>(bytes_[0]);
  header_bytes_ = (flags & kLong) != 0 ? 9 : 2;
  if (bytes_.size() < header_bytes_) return false;
  std::uint64_t size = 0;
  for (std::size_t i = 1; i < header_bytes_; ++i) size = size << 8 | static_cast<std::uint8_t>(bytes_[i]);
  is_command_ = (flags & kCommand) != 0;
  frame_ = {bytes_.substr(header_bytes_, size), size, (flags & kMore) != 0};
  return true;
}

ZmtpReader::Found ZmtpReader::next() {
  if (!has_greeting_) {
    if (bytes_.size() < kGreetingBytes) return Found::nothing;
    drop(kGreetingBytes);
    has_greeting_ = true;
  }
  while (true) {
    const auto skipped = std::min(to_skip_, bytes_.size());
    drop(skipped);
    to_skip_ -= skipped;
    if (to_skip_ > 0 || !read_header()) return Found::nothing;
    if (!is_command_) return Found::frame;
    if (!frame_.is_whole()) return Found::nothing;
    if (finds_commands_) return Found::command;
    const bool is_ready = frame_.body.starts_with("\x05READY");
    accept();
    if (is_ready) return Found::greeting_done;
  }
}

void ZmtpReader::accept() {
  drop(header_bytes_ + frame_.body.size());
  to_skip_ = frame_.size - frame_.body.size();
}

void write_zmtp_header(std::string& out, std::size_t size) { write_header(out, 0, size); }

void write_zmtp_command(std::string& out, std::string_view body) {
  write_header(out, kCommand, body.size());
  out += body;
}

}  // namespace palabre::bench
