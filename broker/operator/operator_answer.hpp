#pragma once

#include <functional>
#include <memory>

#include "broker/domain/directory.hpp"
#include "broker/domain/effects.hpp"
#include "broker/operator/operator_dialogue.hpp"

namespace palabre::broker {

/// What an operator's request is answered with: a broker that serves, or a store that nobody serves.
struct Authority {
  /// Has it decided, carried out and stored.
  std::function<effect::Ruling(Order)> decide;
  std::function<std::shared_ptr<const Directory>()> directory;
  bool is_encrypted = true;
};

[[nodiscard]] OperatorAnswer answer_to(const OperatorRequest& request, const Authority& authority);

}  // namespace palabre::broker
