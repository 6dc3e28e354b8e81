#pragma once

#include <string_view>

#include "tests/bench/load/zmtp.hpp"

namespace palabre::bench {

/// A dialogue in ZMTP: says which socket it is, then takes frame after frame. `Base` is Dialogue, or what
/// derives from it.
template <class Base>
class ZmtpDialogue : public Base {
 public:
  explicit ZmtpDialogue(std::string_view socket_type) : socket_type_(socket_type) {}

  void begin(Connection& connection) final { ZmtpReader::write_greeting(connection.out(), socket_type_); }

  std::size_t read(Connection& connection, std::string_view bytes) final {
    reader_.give(bytes);
    for (auto found = reader_.next(); found != ZmtpReader::Found::nothing; found = reader_.next()) {
      if (found == ZmtpReader::Found::greeting_done) {
        greeted(connection);
        continue;
      }
      if (!take(connection, reader_.frame())) break;
      reader_.accept();
    }
    return reader_.used(bytes);
  }

 protected:
  virtual void greeted(Connection& connection) = 0;
  /// Returns false to see the frame again when more of it has come.
  virtual bool take(Connection& connection, const ZmtpReader::Frame& frame) = 0;

 private:
  std::string_view socket_type_;
  ZmtpReader reader_;
};

}  // namespace palabre::bench
