#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "broker/journal/data_directory.hpp"
#include "broker/journal/segment_packer.hpp"
#include "broker/journal/sqlite_archive.hpp"
#include "broker/journal/sqlite_journal.hpp"
#include "tests/support/stored_message.hpp"
#include "tests/support/temporary_directory.hpp"

namespace palabre::broker {

/// Stores records as the recorder does, their cells packed.
inline CommitResult commit(Journal& journal, std::span<const Record> records) {
  SegmentPacker packer;
  for (const auto& record : records) {
    if (const auto* cells = std::get_if<record::Cells>(&record)) packer.add(*cells);
  }
  return journal.commit(records, packer.take());
}

/// Where one text was stored, or nothing.
inline std::optional<Journal::Original> original_in(Journal& journal, ClientNumber client, OutboxId outbox,
                                                    Counter counter) {
  const auto found = journal.originals(client, outbox, counter, 1);
  return found.empty() ? std::nullopt : std::optional(found.front());
}

/// An open store: what the broker holds of it while it runs. The journal closes last.
struct OpenStore {
  explicit OpenStore(const std::filesystem::path& path, JournalOptions options = {},
                     const std::vector<Record>& first = {})
      : directory(path), journal(open_journal(directory, options)), archive(open_archive(directory)) {
    EXPECT_EQ(commit(*journal, first), CommitResult::committed);
  }

  DataDirectory directory;
  std::unique_ptr<Journal> journal;
  std::unique_ptr<Archive> archive;
};

/// A test with a place of its own on the disk, which is gone afterwards.
class StoreTest : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path temporary() const { return temporary_.path(); }
  [[nodiscard]] std::filesystem::path data() const { return temporary_.path() / "data"; }
  /// Opens the store in data() and stores `first`.
  [[nodiscard]] OpenStore open(JournalOptions options = {}, const std::vector<Record>& first = {}) const {
    return OpenStore(data(), options, first);
  }

 private:
  TemporaryDirectory temporary_;
};

inline record::Registered registered(ClientNumber client, const std::string& name) {
  return {client, name, {TokenHash(32, '\0')}, TimeMs{1000}};
}

/// Invents the numbers of messages as the domain would: rows, timelines and outboxes without holes.
class MessageWriter {
 public:
  explicit MessageWriter(OutboxId outbox = {7}) : outbox_(outbox) {}

  StoredMessage write(ClientNumber client, RoomNumber room, std::string text, TimeMs at = {2000}) {
    Column& column = columns_[client];
    Sequence& head = heads_[room];
    Counter& counter = counters_[client];
    return {client,  column = column.next(),   room,           head = head.next(), at,
            outbox_, counter = counter.next(), std::move(text)};
  }

  std::vector<Record> write_many(ClientNumber client, RoomNumber room, std::size_t count,
                                 const std::string& text) {
    std::vector<Record> messages;
    for (std::size_t i = 0; i < count; ++i) messages.push_back(write(client, room, text));
    return messages;
  }

 private:
  OutboxId outbox_;
  std::map<ClientNumber, Column> columns_;
  std::map<RoomNumber, Sequence> heads_;
  std::map<ClientNumber, Counter> counters_;
};

inline CommitResult commit(OpenStore& store, const std::vector<Record>& records) {
  return commit(*store.journal, records);
}

}  // namespace palabre::broker
