#include "broker/session/reading_queue.hpp"

#include <algorithm>

namespace palabre::broker {
namespace {

constexpr std::size_t kShareOfFree = 16;

}  // namespace

bool ReadingQueue::put(ReadTask task) {
  const auto client = task.origin.client;
  const auto found = lines_.find(client);
  const std::size_t held = found == lines_.end() ? 0 : found->second.tasks.size();
  if (held * kShareOfFree >= capacity_ - waiting_) return false;
  auto& line = found == lines_.end() ? lines_[client] : found->second;
  line.tasks.push_back(std::move(task));
  ++waiting_;
  if (held > 0 || line.is_served) return true;
  idle_.erase({line.used, client});
  line.used = std::max(line.used, least_);
  line_up(client, line);
  return true;
}

std::optional<ReadTask> ReadingQueue::next() {
  if (turns_.empty()) return std::nullopt;
  const auto client = std::get<ClientNumber>(*turns_.begin());
  turns_.erase(turns_.begin());
  auto& line = lines_.at(client);
  line.is_served = true;
  ++served_;
  least_ = std::max(least_, line.used);
  auto task = std::move(line.tasks.front());
  line.tasks.pop_front();
  --waiting_;
  return task;
}

void ReadingQueue::done(ClientNumber client, Time took) {
  auto& line = lines_.at(client);
  line.is_served = false;
  --served_;
  line.used += took;
  if (line.tasks.empty()) {
    idle_.emplace(line.used, client);
  } else {
    line_up(client, line);
  }
  forget_idle();
}

/// Who has used no more than a newcomer begins with is a newcomer; so are all when nobody waits for anything.
void ReadingQueue::forget_idle() {
  if (waiting_ == 0 && served_ == 0) {
    lines_.clear();
    idle_.clear();
  }
  while (!idle_.empty() && idle_.begin()->first <= least_) {
    lines_.erase(idle_.begin()->second);
    idle_.erase(idle_.begin());
  }
}

}  // namespace palabre::broker
