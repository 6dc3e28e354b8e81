#include "broker/transport/held_addresses.hpp"

#include <algorithm>
#include <vector>

namespace palabre::broker {
namespace {

// The kernel replaces a program in some tens of microseconds: so often at most.
constexpr auto kPauseOfTellings = std::chrono::milliseconds(5);

}  // namespace

void HeldAddresses::offended(const PeerAddress& address, Moment now) {
  note(&Quarantine::offended, address, now);
}

void HeldAddresses::came_in_vain(const PeerAddress& address, Moment now) {
  note(&Quarantine::came_in_vain, address, now);
}

void HeldAddresses::crowded(const PeerAddress& address, Moment now) {
  note(&Quarantine::crowded, address, now);
}

void HeldAddresses::note(Deed deed, const PeerAddress& address, Moment now) {
  quarantine_.with([&](Quarantine& quarantine) {
    (quarantine.*deed)(address, now);
    hold(address, quarantine, now);
  });
}

bool HeldAddresses::holds(const PeerAddress& address, Moment now) const {
  return quarantine_.with([&](const Quarantine& quarantine) { return quarantine.holds(address, now); });
}

void HeldAddresses::hold(const PeerAddress& address, const Quarantine& quarantine, Moment now) {
  const auto held_until = quarantine.held_until(address);
  if (now >= held_until) return;
  auto& until = held_[address];
  if (until == held_until) return;
  until = held_until;
  next_telling_ = std::min(next_telling_, std::max(now, told_ + kPauseOfTellings));
}

void HeldAddresses::tell_kernel(Moment now) {
  if (now < next_telling_) return;
  std::erase_if(held_, [now](const auto& entry) { return now >= entry.second; });
  std::vector<PeerAddress> addresses;
  Moment first_release = Moment::max();
  for (const auto& [address, until] : held_) {
    first_release = std::min(first_release, until);
    if (addresses.size() < ListenFilter::kAddressesMax) addresses.push_back(address);
  }
  filter_.drop(addresses);
  told_ = now;
  next_telling_ = held_.empty() ? Moment::max() : std::max(first_release, now + kPauseOfTellings);
}

std::optional<Moment> HeldAddresses::due_at() const {
  return next_telling_ == Moment::max() ? std::nullopt : std::optional(next_telling_);
}

}  // namespace palabre::broker
