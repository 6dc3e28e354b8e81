#include "tests/bench/load/curve.hpp"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

namespace palabre::bench {
namespace {

constexpr std::string_view kMessage = "\x07MESSAGE";
constexpr std::size_t kCookieBytes = 96;
constexpr std::size_t kCounterBytes = 8;
constexpr std::size_t kLongNonceBytes = 16;
constexpr std::size_t kMacBytes = crypto_box_MACBYTES;
// XSalsa20-Poly1305 keeps the first bytes of the key stream for the authenticator.
constexpr std::size_t kStreamBytesUsed = 32;

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}
std::uint8_t* bytes_of(std::string& text) { return reinterpret_cast<std::uint8_t*>(text.data()); }

template <class Array>
std::string_view text_of(const Array& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::array<std::uint8_t, 24> nonce_of(std::string_view prefix, std::string_view rest) {
  std::array<std::uint8_t, 24> nonce{};
  std::ranges::copy(prefix, nonce.begin());
  std::ranges::copy(rest, nonce.begin() + static_cast<std::ptrdiff_t>(prefix.size()));
  return nonce;
}

void demand(bool is_so, const char* sentence) {
  if (!is_so) throw std::runtime_error(std::string("curve: ") + sentence);
}

std::array<std::uint8_t, 32> shared_key(std::string_view theirs, const std::array<std::uint8_t, 32>& secret) {
  std::array<std::uint8_t, 32> key{};
  demand(crypto_box_beforenm(key.data(), bytes_of(theirs), secret.data()) == 0, "a key that is none");
  return key;
}

std::string box(std::string_view plain, const std::array<std::uint8_t, 24>& nonce,
                const std::array<std::uint8_t, 32>& key) {
  std::string boxed(plain.size() + kMacBytes, '\0');
  crypto_box_easy_afternm(bytes_of(boxed), bytes_of(plain), plain.size(), nonce.data(), key.data());
  return boxed;
}

void unbox(std::string& plain, std::string_view boxed, const std::array<std::uint8_t, 24>& nonce,
           const std::array<std::uint8_t, 32>& key) {
  demand(boxed.size() >= kMacBytes, "a box that is too short");
  plain.resize(boxed.size() - kMacBytes);
  demand(crypto_box_open_easy_afternm(bytes_of(plain), bytes_of(boxed), boxed.size(), nonce.data(),
                                      key.data()) == 0,
         "a box that does not open");
}

}  // namespace

CurvePair make_curve_pair() {
  CurvePair pair;
  crypto_box_keypair(pair.public_key.data(), pair.secret_key.data());
  return pair;
}

std::array<std::uint8_t, 32> broker_key(std::string_view invitation) {
  const auto begin = invitation.find('#') + 1;
  const auto text = invitation.substr(begin, invitation.find('.', begin) - begin);
  std::array<std::uint8_t, 32> key{};
  std::size_t size = 0;
  if (sodium_base642bin(key.data(), key.size(), text.data(), text.size(), nullptr, &size, nullptr,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
      size != key.size()) {
    throw std::invalid_argument("an invitation without a key");
  }
  return key;
}

CurveClient::CurveClient(const CurveKeys& keys, std::string_view socket_type)
    : keys_(keys), metadata_("\x0bSocket-Type"), short_term_(make_curve_pair()) {
  metadata_ += std::string(3, '\0') + static_cast<char>(socket_type.size());
  metadata_ += socket_type;
}

CurveClient::Nonce CurveClient::next_nonce(std::string_view prefix) {
  ++nonce_;
  std::array<char, kCounterBytes> counter{};
  for (std::size_t i = 0; i < counter.size(); ++i)
    counter[i] = static_cast<char>(nonce_ >> (8 * (counter.size() - 1 - i)));
  return nonce_of(prefix, text_of(counter));
}

std::string CurveClient::hello() {
  const auto nonce = next_nonce("CurveZMQHELLO---");
  std::string command("\x05HELLO\x01");
  command.append(1 + 72, '\0');
  command += text_of(short_term_.public_key);
  command += text_of(nonce).substr(16);
  return command +
         box(std::string(64, '\0'), nonce, shared_key(text_of(keys_.broker), short_term_.secret_key));
}

std::string CurveClient::answer(std::string_view command) {
  if (command.starts_with("\x07WELCOME")) return initiate(command.substr(8));
  demand(command.starts_with("\x05READY"), "the broker refuses the handshake");
  std::string metadata;
  command.remove_prefix(6);
  unbox(metadata, command.substr(kCounterBytes),
        nonce_of("CurveZMQREADY---", command.substr(0, kCounterBytes)), shared_);
  return {};
}

std::string CurveClient::initiate(std::string_view welcome) {
  demand(welcome.size() == kLongNonceBytes + kMacBytes + 32 + kCookieBytes, "a WELCOME of another length");
  std::string opened;
  unbox(opened, welcome.substr(kLongNonceBytes), nonce_of("WELCOME-", welcome.substr(0, kLongNonceBytes)),
        shared_key(text_of(keys_.broker), short_term_.secret_key));
  const auto theirs = std::string_view(opened).substr(0, 32);
  shared_ = shared_key(theirs, short_term_.secret_key);
  std::string vouch_nonce(kLongNonceBytes, '\0');
  randombytes_buf(vouch_nonce.data(), vouch_nonce.size());
  const auto vouched = std::string(text_of(short_term_.public_key)) + std::string(text_of(keys_.broker));
  const auto vouch =
      box(vouched, nonce_of("VOUCH---", vouch_nonce), shared_key(theirs, keys_.own.secret_key));
  const auto nonce = next_nonce("CurveZMQINITIATE");
  const auto about = std::string(text_of(keys_.own.public_key)) + vouch_nonce + vouch + metadata_;
  return "\x08INITIATE" + opened.substr(32) + std::string(text_of(nonce).substr(16)) +
         box(about, nonce, shared_);
}

std::string CurveClient::seal(std::string_view body) {
  const auto nonce = next_nonce("CurveZMQMESSAGEC");
  std::string plain(1, '\0');
  plain += body;
  return std::string(kMessage) + std::string(text_of(nonce).substr(16)) + box(plain, nonce, shared_);
}

CurveClient::Opened CurveClient::open(std::string_view message) {
  demand(message.starts_with(kMessage) && message.size() >= kOverheadBytes, "no message");
  message.remove_prefix(kMessage.size());
  unbox(opened_, message.substr(kCounterBytes),
        nonce_of("CurveZMQMESSAGES", message.substr(0, kCounterBytes)), shared_);
  return {std::string_view(opened_).substr(1), (opened_[0] & 1) != 0};
}

CurveClient::Opened CurveClient::peek(std::string_view message) {
  demand(message.starts_with(kMessage) && message.size() >= kOverheadBytes, "no message");
  message.remove_prefix(kMessage.size());
  const auto nonce = nonce_of("CurveZMQMESSAGES", message.substr(0, kCounterBytes));
  message.remove_prefix(kCounterBytes + kMacBytes);
  opened_.assign(kStreamBytesUsed, '\0');
  opened_ += message;
  crypto_stream_xsalsa20_xor(bytes_of(opened_), bytes_of(opened_), opened_.size(), nonce.data(),
                             shared_.data());
  return {std::string_view(opened_).substr(kStreamBytesUsed + 1), (opened_[kStreamBytesUsed] & 1) != 0};
}

}  // namespace palabre::bench
