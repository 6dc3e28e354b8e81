#include "broker/domain/message_matrix.hpp"

namespace palabre::broker {

Column MessageMatrix::columns(ClientNumber client) const {
  const auto row = rows_.find(client);
  return row == rows_.end() ? Column{} : row->second.columns;
}

void MessageMatrix::set_columns(ClientNumber client, Column columns) { rows_[client].columns = columns; }

Column MessageMatrix::next_column(ClientNumber client) {
  auto& columns = rows_[client].columns;
  return columns = columns.next();
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
