#include "broker/transport/doorkeeper.hpp"

#include <sodium.h>

#include <chrono>
#include <utility>

namespace palabre::broker {
namespace {

// A client library tries again after the second, and gives up for ever after the third.
constexpr std::string_view kWelcome = "200";
constexpr std::string_view kLater = "300";
constexpr std::string_view kNever = "400";

constexpr std::string_view kNoKey = "open";

constexpr std::size_t kRoutingIdBytes = 12;

/// A property of the connection, as RFC 23 writes metadata: libzmq takes this one for the routing id. Random,
/// so that no peer can have claimed it before its owner. Where our answer is read before the peer's own wish,
/// against which Zap waits, that one is taken: it can then shut out nobody but peers who wish for the same.
std::string routing_id_property() {
  std::string random(kRoutingIdBytes, '\0');
  randombytes_buf(random.data(), random.size());
  const auto value = to_base64(random);
  constexpr std::string_view kName = "Identity";
  const auto size = static_cast<std::uint32_t>(value.size());
  std::string property(1, static_cast<char>(kName.size()));
  property += kName;
  for (int shift = 24; shift >= 0; shift -= 8) property += static_cast<char>(size >> shift & 0xFFU);
  return property.append(value);
}

}  // namespace

Doorkeeper::Doorkeeper(Strangers strangers, const AdmittedKeys& keys, CurveKey own,
                       const Guarded<Quarantine>* quarantine)
    : strangers_(strangers), keys_(keys), own_(std::move(own)), quarantine_(quarantine) {}

Doorkeeper::Answer Doorkeeper::answer(std::vector<std::string> question) {
  // What libzmq would never send is answered all the same, as from nobody.
  constexpr std::size_t kKeyPlace = 6;
  const bool is_encrypted =
      question.size() == kKeyPlace + 1 && question[5] == "CURVE" && question[kKeyPlace].size() == kKeyBytes;
  question.resize(kKeyPlace + 1);
  const CurveKey key = is_encrypted ? question[kKeyPlace] : CurveKey{};
  const auto user =
      (key.empty() ? std::string(kNoKey) : palabre::text_of(key)) + "/" + std::to_string(++connections_);
  // The guard would end it, but only once it had cost what a subscriber costs: libzmq looks through
  // everybody's subscriptions when one goes.
  const auto status = is_in_quarantine(question[3]) ? kLater : status_of(question[2], key);
  // Where nothing is encrypted peers keep the ids they ask for: there libzmq mostly takes theirs anyway.
  return {"1.0", question[1], std::string(status), "", user, key.empty() ? "" : routing_id_property()};
}

bool Doorkeeper::is_in_quarantine(const std::string& address) const {
  const auto peer = quarantine_ != nullptr ? read_address(address) : std::nullopt;
  return peer && quarantine_->with([&peer](const Quarantine& quarantine) {
    return quarantine.holds(*peer, std::chrono::steady_clock::now());
  });
}

std::string_view Doorkeeper::status_of(std::string_view domain, const CurveKey& key) const {
  if (strangers_ == Strangers::everywhere) return kWelcome;
  if (key.empty()) return kNever;
  const auto standing = keys_.standing_of(key);
  if (standing == AdmittedKeys::Standing::barred) return kNever;
  if (standing == AdmittedKeys::Standing::admitted || key == own_) return kWelcome;
  if (strangers_ == Strangers::nowhere) return kNever;
  return domain == "talk" ? kWelcome : kLater;
}

CurveKey key_of(std::string_view user_id) {
  return read_key(user_id.substr(0, user_id.find('/'))).value_or(CurveKey{});
}

}  // namespace palabre::broker
