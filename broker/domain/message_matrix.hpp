#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "schema/ids.hpp"

namespace palabre::broker {

/// Where the next message goes: how long each client's row is, and which counter each outbox has reached. The
/// cells themselves are in the journal.
///
///              column 1     column 2     column 3
///   row #1   [ bonjour  ] [ ça va ?  ]
///   row #2   [ salut    ] [ oui      ] [ et toi ? ]      next cell of #1: (1, 3)
class MessageMatrix {
 public:
  /// The length of a row, 0 when it is empty.
  [[nodiscard]] Column columns(ClientNumber client) const;
  void set_columns(ClientNumber client, Column columns);

  /// Where a stretch of cells begins.
  struct Stretch {
    Column column;
    bool continues_outbox;  ///< the cell before has the counter before, of the same outbox
  };
  /// Takes the next `count` cells of the client's row, for the next counters of an outbox that is learnt.
  Stretch take(ClientNumber client, OutboxId outbox, std::size_t count);

  /// The last counter stored for an outbox; nothing when it must be looked up and given to `learn`.
  [[nodiscard]] std::optional<Counter> last_counter(ClientNumber client, OutboxId outbox) const;
  void learn(ClientNumber client, OutboxId outbox, Counter last);
  /// Drops what was learnt of one client's outboxes, or of everybody's. It is learnt again when needed, so
  /// memory follows who is here and not who ever was. Requires that the journal knows what is forgotten.
  void forget(ClientNumber client);
  void forget_all();
  /// How many outboxes are learnt.
  [[nodiscard]] std::size_t learnt() const { return learnt_; }

 private:
  struct Row {
    Column columns;
    OutboxId last_outbox;  ///< of the last cell; 0 when it is not known
    std::unordered_map<OutboxId, Counter> outboxes;
  };
  std::unordered_map<ClientNumber, Row> rows_;
  std::size_t learnt_ = 0;
};

}  // namespace palabre::broker
