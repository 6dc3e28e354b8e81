#pragma once

#include <cstddef>
#include <cstdint>

#include "broker/domain/shared_vector.hpp"
#include "schema/ids.hpp"

namespace palabre::broker {

/// Who is a member of a room, as one bit for each client number, so that a picture of ten thousand members
/// differs from the one before it in a few hundred bytes.
class MemberSet {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool has(ClientNumber client) const { return client && next(client) == client; }
  /// The first member with that number or a higher one; 0 when there is none.
  [[nodiscard]] ClientNumber next(ClientNumber from) const;
  /// For the edition of SharedVector.
  void set(ClientNumber client, bool is_member, std::uint64_t edition);

 private:
  SharedVector<std::uint64_t> words_;
  std::size_t size_ = 0;
};

}  // namespace palabre::broker
