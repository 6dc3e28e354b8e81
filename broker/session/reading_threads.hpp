#pragma once

#include <memory>
#include <thread>
#include <variant>
#include <vector>

#include "broker/domain/commands.hpp"
#include "broker/domain/ports.hpp"
#include "broker/session/reads.hpp"
#include "broker/threads/mailbox.hpp"

namespace palabre::broker {

/// A read of stored messages, and where its answer goes.
struct ReadTask {
  Origin origin;
  std::variant<request::History, request::Row, request::Audit> wanted;
};

/// A few threads, named reader-1 and so on, that answer reads of stored messages at a lower priority than all
/// that is live: a hundred clients who were away may read the whole past, and nobody who talks now waits for
/// them. A client's reads are answered in their order.
class ReadingThreads {
 public:
  struct Options {
    std::size_t threads;
    std::size_t capacity;  ///< reads that may wait for each thread
  };

  ReadingThreads(Options options, const Reads& reads, Replies& replies);
  ~ReadingThreads() { finish(); }
  ReadingThreads(const ReadingThreads&) = delete;
  ReadingThreads& operator=(const ReadingThreads&) = delete;

  /// Never waits.
  [[nodiscard]] Push take(ReadTask task);
  /// Answers what was taken and joins the threads.
  void finish();

 private:
  struct Reader {
    explicit Reader(std::size_t capacity) : mailbox(capacity) {}
    Mailbox<ReadTask> mailbox;
    std::jthread thread;
  };

  void run(Mailbox<ReadTask>& mailbox) const;

  const Reads& reads_;
  Replies& replies_;
  std::vector<std::unique_ptr<Reader>> readers_;
};

}  // namespace palabre::broker
