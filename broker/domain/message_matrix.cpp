#include "broker/domain/message_matrix.hpp"

namespace palabre::broker {

Column MessageMatrix::columns(ClientNumber client) const {
  const auto row = rows_.find(client);
  return row == rows_.end() ? Column{} : row->second.columns;
}

void MessageMatrix::set_columns(ClientNumber client, Column columns) { rows_[client].columns = columns; }

MessageMatrix::Stretch MessageMatrix::take(ClientNumber client, OutboxId outbox, std::size_t count) {
  auto& row = rows_.at(client);
  const Stretch stretch{row.columns.next(), row.last_outbox == outbox};
  row.columns = row.columns.plus(count);
  row.last_outbox = outbox;
  auto& counter = row.outboxes.at(outbox);
  counter = counter.plus(count);
  return stretch;
}

std::optional<Counter> MessageMatrix::last_counter(ClientNumber client, OutboxId outbox) const {
  const auto row = rows_.find(client);
  if (row == rows_.end()) return std::nullopt;
  const auto found = row->second.outboxes.find(outbox);
  if (found == row->second.outboxes.end()) return std::nullopt;
  return found->second;
}

void MessageMatrix::learn(ClientNumber client, OutboxId outbox, Counter last) {
  const auto [place, is_new] = rows_[client].outboxes.insert_or_assign(outbox, last);
  if (is_new) ++learnt_;
}

void MessageMatrix::forget(ClientNumber client) {
  const auto row = rows_.find(client);
  if (row == rows_.end()) return;
  learnt_ -= row->second.outboxes.size();
  row->second.outboxes.clear();
}

void MessageMatrix::forget_all() {
  for (auto& [client, row] : rows_) row.outboxes.clear();
  learnt_ = 0;
}

}  // namespace palabre::broker
