#include "broker/transport/memory_return.hpp"

#include <algorithm>

namespace palabre::broker {

void MemoryReturn::expect(Moment now) {
  if (!latest_) latest_ = now + kLatest;
  due_at_ = std::min(now + Moment::duration(kQuiet), *latest_);
  is_last_ = false;
}

void MemoryReturn::done(Moment now) {
  latest_.reset();
  due_at_ = is_last_ ? std::nullopt : std::optional(now + 2 * Moment::duration(kQuiet));
  is_last_ = true;
}

}  // namespace palabre::broker
