#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "broker/domain/ports.hpp"
#include "broker/session/reading_queue.hpp"
#include "broker/session/reads.hpp"
#include "broker/threads/mailbox.hpp"

namespace palabre::broker {

/// A few threads, named reader-1 and so on, that answer reads of stored messages at a lower priority than all
/// that is live: a hundred clients who were away may read the whole past, and nobody who talks now waits for
/// them. A client's reads are answered in their order, and clients take turns (ReadingQueue).
class ReadingThreads {
 public:
  struct Options {
    std::size_t threads;
    std::size_t capacity;  ///< reads that may wait for them
  };

  ReadingThreads(Options options, const Reads& reads, Replies& replies);
  ~ReadingThreads() { finish(); }
  ReadingThreads(const ReadingThreads&) = delete;
  ReadingThreads& operator=(const ReadingThreads&) = delete;

  /// Never waits. Full when too many reads wait, or too many of this client's.
  [[nodiscard]] Push take(ReadTask task);
  /// Ends what is being read, refuses what waits (`stopping`: thousands of pages may), and joins the threads.
  void finish();

 private:
  void run();
  /// Waits for the next read to be begun; nothing when the thread is to end.
  [[nodiscard]] std::optional<ReadTask> next();
  void answer(const ReadTask& task) const;
  void refuse_for_end(const Origin& origin) const;
  void done(ClientNumber client, std::chrono::nanoseconds took);

  const Reads& reads_;
  Replies& replies_;
  std::mutex mutex_;
  std::condition_variable arrival_;
  ReadingQueue queue_;                   ///< touched under the lock
  std::atomic<bool> is_closed_ = false;  ///< changed under the lock
  std::vector<std::jthread> threads_;
};

}  // namespace palabre::broker
