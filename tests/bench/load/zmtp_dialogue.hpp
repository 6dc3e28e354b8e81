#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "tests/bench/load/curve.hpp"
#include "tests/bench/load/zmtp.hpp"

namespace palabre::bench {

/// How an encrypted message is looked at: all of it is opened and proven; or, of a long one, the beginning is
/// deciphered as soon as it is there, for those who read no more than that when nothing is encrypted.
enum class Opening : std::uint8_t { whole, beginning };

/// A dialogue in ZMTP: says which socket it is, then takes frame after frame. `Base` is Dialogue, or what
/// derives from it. With keys it speaks CURVE, and what derives from it sees no difference.
template <class Base>
class ZmtpDialogue : public Base {
 public:
  explicit ZmtpDialogue(std::string_view socket_type, const CurveKeys* keys = nullptr,
                        Opening opening = Opening::whole)
      : socket_type_(socket_type), opening_(opening) {
    if (keys == nullptr) return;
    curve_.emplace(*keys, socket_type);
    reader_.find_commands();
  }

  void begin(Connection& connection) final {
    if (curve_) {
      ZmtpReader::write_curve_greeting(connection.out(), curve_->hello());
    } else {
      ZmtpReader::write_greeting(connection.out(), socket_type_);
    }
  }

  std::size_t read(Connection& connection, std::string_view bytes) final {
    reader_.give(bytes);
    for (auto found = reader_.next(); found != ZmtpReader::Found::nothing; found = reader_.next()) {
      if (found == ZmtpReader::Found::greeting_done) {
        greeted(connection);
        continue;
      }
      if (found == ZmtpReader::Found::command) {
        shake_hands(connection);
      } else if (!(curve_ ? take_sealed(connection) : take(connection, reader_.frame()))) {
        break;
      }
      reader_.accept();
    }
    return reader_.used(bytes);
  }

 protected:
  virtual void greeted(Connection& connection) = 0;
  /// Returns false to see the frame again when more of it has come.
  virtual bool take(Connection& connection, const ZmtpReader::Frame& frame) = 0;

  /// Writes a message of one frame.
  void write(std::string& out, std::string_view body) {
    if (!curve_) {
      write_zmtp_header(out, body.size());
      out += body;
      return;
    }
    const auto sealed = curve_->seal(body);
    write_zmtp_header(out, sealed.size());
    out += sealed;
  }

  /// Asks a PUB socket for a topic.
  void subscribe(Connection& connection, std::string_view topic) {
    write(connection.out(), "\x01" + std::string(topic));
  }

 private:
  // More than a batch's header takes, and little beside a full frame.
  static constexpr std::size_t kBeginningBytes = 512;

  void shake_hands(Connection& connection) {
    const auto answer = curve_->answer(reader_.frame().body);
    if (answer.empty()) {
      greeted(connection);
    } else {
      write_zmtp_command(connection.out(), answer);
    }
  }

  bool take_sealed(Connection& connection) {
    const auto& sealed = reader_.frame();
    if (opening_ == Opening::beginning && sealed.size > kBeginningBytes) {
      if (sealed.body.size() < kBeginningBytes) return false;
      if (take(connection, unsealed(curve_->peek(sealed.body.substr(0, kBeginningBytes))))) return true;
    }
    return sealed.is_whole() && take(connection, unsealed(curve_->open(sealed.body)));
  }

  ZmtpReader::Frame unsealed(const CurveClient::Opened& opened) {
    return {opened.body, reader_.frame().size - CurveClient::kOverheadBytes, opened.has_more};
  }

  std::string_view socket_type_;
  Opening opening_;
  std::optional<CurveClient> curve_;
  ZmtpReader reader_;
};

}  // namespace palabre::bench
