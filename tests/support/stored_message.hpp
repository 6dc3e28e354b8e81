#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/domain/effects.hpp"
#include "broker/domain/records.hpp"
#include "schema/frames.hpp"

namespace palabre::broker {

/// One cell of the matrix, as tests speak of it; a record of one text when it is stored.
struct StoredMessage {
  ClientNumber client;
  Column column;
  RoomNumber room;
  Sequence sequence;
  TimeMs at;
  OutboxId outbox;
  Counter counter;
  std::string text;

  // By conversion, so that it stands in a list of records like any other.
  operator record::Cells() const {  // NOLINT(google-explicit-constructor)
    return {client, column, room, sequence, at, outbox, counter, counter > Counter{1}, {text}};
  }
};

/// The single cells of a stretch.
inline std::vector<StoredMessage> messages_in(const record::Cells& cells) {
  std::vector<StoredMessage> messages;
  for (std::size_t i = 0; i < cells.texts.size(); ++i) {
    messages.push_back({cells.client, cells.column.plus(i), cells.room, cells.sequence.plus(i), cells.at,
                        cells.outbox, cells.counter.plus(i), std::string(cells.texts[i])});
  }
  return messages;
}

inline std::vector<StoredMessage> messages_in(const Outcome& outcome) {
  std::vector<StoredMessage> messages;
  for (const auto& record : outcome.records) {
    if (const auto* cells = std::get_if<record::Cells>(&record)) {
      for (auto& message : messages_in(*cells)) messages.push_back(std::move(message));
    }
  }
  return messages;
}

inline Texts texts_of(const std::vector<std::string>& list) {
  Texts texts;
  for (const auto& text : list) texts.push_back(text);
  return texts;
}

/// A batch as the recorder hands it to the feed.
inline PackedBatch packed(const Batch& batch) {
  PackedBatch result{batch.epoch, batch.room, batch.first, batch.names, {}};
  for (const auto& [client, column, text, at] : batch.events) {
    result.events.append(client, column, text, at);
  }
  return result;
}

}  // namespace palabre::broker
