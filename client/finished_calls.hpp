#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "client/pending_calls.hpp"

namespace palabre {

/// Where the link's thread leaves the answers to calls, and the application's thread waits for them.
class FinishedCalls {
 public:
  void put(Finished finished) {
    const std::lock_guard lock(mutex_);
    answers_.insert_or_assign(finished.call, std::move(finished.answer));
    changed_.notify_all();
  }

  /// Ends every wait, present and future, that has no answer.
  void close(Problem problem) {
    const std::lock_guard lock(mutex_);
    problem_ = std::move(problem);
    changed_.notify_all();
  }

  /// Every call is finished in the end: each has a deadline.
  [[nodiscard]] Answer<Reply> wait(CallNumber call) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return problem_ || answers_.contains(call); });
    const auto answer = answers_.extract(call);
    return answer ? std::move(answer.mapped()) : Answer<Reply>(*problem_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<CallNumber, Answer<Reply>> answers_;
  std::optional<Problem> problem_;
};

}  // namespace palabre
