#include "client/exit_status.hpp"

namespace palabre {

int status_of(const Refusal& refusal) {
  const bool is_permission =
      refusal.code == RefusalCode::wrong_token || refusal.code == RefusalCode::wrong_key ||
      refusal.code == RefusalCode::not_registered || refusal.code == RefusalCode::not_allowed ||
      refusal.code == RefusalCode::not_a_member || refusal.code == RefusalCode::banned;
  return is_permission ? kNotAllowed : kFailed;
}

int status_of(const Problem& problem) {
  switch (problem.kind) {
    case ProblemKind::refused: return status_of(problem.refusal);
    case ProblemKind::unreachable: return kUnreachable;
    case ProblemKind::timed_out: return kTimedOut;
    case ProblemKind::untrusted: return kNotAllowed;
    case ProblemKind::broken: return kFailed;
  }
  return kFailed;
}

std::string sentence_of(const Problem& problem) {
  if (problem.kind == ProblemKind::refused && problem.text.empty()) return problem.refusal.text;
  return problem.text;
}

}  // namespace palabre
