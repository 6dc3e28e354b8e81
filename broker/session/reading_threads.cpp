#include "broker/session/reading_threads.hpp"

#include <string>
#include <utility>

#include "broker/threads/named_thread.hpp"
#include "schema/codec.hpp"

namespace palabre::broker {

ReadingThreads::ReadingThreads(Options options, const Reads& reads, Replies& replies)
    : reads_(reads), replies_(replies), queue_(options.capacity) {
  for (std::size_t number = 1; number <= options.threads; ++number) {
    threads_.push_back(start_thread("reader-" + std::to_string(number), [this] { run(); }));
  }
}

Push ReadingThreads::take(ReadTask task) {
  const std::scoped_lock lock(mutex_);
  if (is_closed_) return Push::closed;
  if (!queue_.put(std::move(task))) return Push::full;
  arrival_.notify_one();
  return Push::taken;
}

void ReadingThreads::finish() {
  {
    const std::scoped_lock lock(mutex_);
    is_closed_ = true;
    arrival_.notify_all();
  }
  threads_.clear();
}

void ReadingThreads::run() {
  lower_priority_of_this_thread();
  while (const auto task = next()) {
    const auto begun = std::chrono::steady_clock::now();
    if (is_closed_) {
      refuse_for_end(task->origin);
    } else {
      answer(*task);
    }
    done(task->origin.client, std::chrono::steady_clock::now() - begun);
  }
}

std::optional<ReadTask> ReadingThreads::next() {
  std::unique_lock lock(mutex_);
  arrival_.wait(lock, [this] { return is_closed_ || queue_.has_next(); });
  // Whoever reads for a client goes on with what that one asked for meanwhile: none is left when all end.
  return queue_.next();
}

void ReadingThreads::answer(const ReadTask& task) const {
  const auto& [origin, wanted] = task;
  const auto reply = std::visit(
      [&, client = origin.client](const auto& read) { return reads_.reply_to(client, read); }, wanted);
  replies_.send(origin.connection, encode(origin.request, reply));
}

void ReadingThreads::refuse_for_end(const Origin& origin) const {
  replies_.send(origin.connection, encode(origin.request, Reply(refuse(RefusalCode::stopping))));
}

void ReadingThreads::done(ClientNumber client, std::chrono::nanoseconds took) {
  const std::scoped_lock lock(mutex_);
  queue_.done(client, took);
  // This thread takes one turn itself; another may take the next.
  if (queue_.has_next()) arrival_.notify_one();
}

}  // namespace palabre::broker
