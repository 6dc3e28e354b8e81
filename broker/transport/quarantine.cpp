#include "broker/transport/quarantine.hpp"

#include <algorithm>

#include "broker/session/even_spread.hpp"

namespace palabre::broker {

void Quarantine::offended(const PeerAddress& address, Moment now) { offended(record_of(address, now), now); }

void Quarantine::came_in_vain(const PeerAddress& address, Moment now) {
  auto& record = record_of(address, now);
  if (record.in_vain.pour(1, now)) offended(record, now);
}

void Quarantine::crowded(const PeerAddress& address, Moment now) {
  record_of(address, now).crowded_until = now + kWhileCrowded;
}

bool Quarantine::holds(const PeerAddress& address, Moment now) const {
  const auto found = records_.find(address);
  return found != records_.end() && now < found->second.until;
}

Moment Quarantine::held_until(const PeerAddress& address) const {
  const auto found = records_.find(address);
  return found == records_.end() ? Moment{} : std::max(found->second.until, found->second.crowded_until);
}

Quarantine::Record& Quarantine::record_of(const PeerAddress& address, Moment now) {
  if (!records_.contains(address) && records_.size() >= kAddressesMax) {
    std::erase_if(records_, [now](const auto& entry) { return now >= entry.second.noted + kForgottenAfter; });
    // Who has so many addresses needs no second try from one of them.
    if (records_.size() >= kAddressesMax) records_.clear();
  }
  auto& record = records_[address];
  if (now >= std::max(record.until, record.noted) + kForgottenAfter) record = {};
  record.noted = now;
  return record;
}

void Quarantine::offended(Record& record, Moment now) {
  if (now < record.until) return;
  record.length = std::clamp<std::chrono::seconds>(2 * record.length, kFirst, kLongest);
  const double in_second_half = (1 + even_spread(++begun_)) / 2;
  record.until = now + std::chrono::duration_cast<Moment::duration>(record.length * in_second_half);
}

}  // namespace palabre::broker
