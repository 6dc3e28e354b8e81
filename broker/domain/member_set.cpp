#include "broker/domain/member_set.hpp"

#include <bit>

namespace palabre::broker {
namespace {

constexpr std::size_t kBits = 64;

}  // namespace

ClientNumber MemberSet::next(ClientNumber from) const {
  // Of the first word, only the bits from there on.
  auto mask = ~std::uint64_t{0} << from.value % kBits;
  for (std::size_t i = from.value / kBits; i < words_.size(); ++i, mask = ~std::uint64_t{0}) {
    const auto members = words_[i] & mask;
    if (members == 0) continue;
    const auto bit = static_cast<std::size_t>(std::countr_zero(members));
    return {static_cast<std::uint32_t>(i * kBits + bit)};
  }
  return {};
}

void MemberSet::set(ClientNumber client, bool is_member, std::uint64_t edition) {
  const std::size_t word = client.value / kBits;
  const auto bit = std::uint64_t{1} << client.value % kBits;
  if (word >= words_.size()) words_.grow(word + 1);
  if (((words_[word] & bit) != 0) == is_member) return;
  words_.change(word, edition) ^= bit;
  size_ = is_member ? size_ + 1 : size_ - 1;
}

}  // namespace palabre::broker
