#pragma once

#include "broker/domain/records.hpp"
#include "broker/journal/execution.hpp"

namespace palabre::broker {

/// The columns of the table `operator_act` as stored_act() wants them, behind the number.
inline constexpr const char* kActColumns = "number, act, client, text, at, checksum";

/// What an act is called in the store.
[[nodiscard]] std::string name_of(record::OperatorAct::Kind kind);

/// The current row of a statement whose columns are kActColumns; nothing when it is not as it was stored.
[[nodiscard]] std::optional<record::OperatorAct> stored_act(const Execution& read);

}  // namespace palabre::broker
