#include "broker/session/reading_threads.hpp"

#include <string>
#include <utility>

#include "broker/threads/named_thread.hpp"
#include "schema/codec.hpp"

namespace palabre::broker {

ReadingThreads::ReadingThreads(Options options, const Reads& reads, Replies& replies)
    : reads_(reads), replies_(replies) {
  for (std::size_t number = 1; number <= options.threads; ++number) {
    readers_.push_back(std::make_unique<Reader>(options.capacity));
    auto& reader = *readers_.back();
    reader.thread = start_thread("reader-" + std::to_string(number), [this, &reader] {
      lower_priority_of_this_thread();
      run(reader.mailbox);
    });
  }
}

Push ReadingThreads::take(ReadTask task) {
  auto& reader = *readers_[task.origin.client.value % readers_.size()];
  return reader.mailbox.try_push(std::move(task));
}

void ReadingThreads::finish() {
  for (auto& reader : readers_) reader->mailbox.close();
  for (auto& reader : readers_) {
    if (reader->thread.joinable()) reader->thread.join();
  }
}

void ReadingThreads::run(Mailbox<ReadTask>& mailbox) const {
  std::vector<ReadTask> tasks;
  while (mailbox.drain(tasks)) {
    for (const auto& [origin, wanted] : tasks) {
      const auto reply = std::visit(
          [&, client = origin.client](const auto& read) { return reads_.reply_to(client, read); }, wanted);
      replies_.send(origin.connection, encode(origin.request, reply));
    }
  }
}

}  // namespace palabre::broker
