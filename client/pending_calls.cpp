#include "client/pending_calls.hpp"

#include <algorithm>

namespace palabre {
namespace {

bool changes_membership(const Request& request) {
  return std::holds_alternative<request::Join>(request) || std::holds_alternative<request::Leave>(request);
}

Problem refused_problem(const Refusal& refusal) { return {ProblemKind::refused, refusal, refusal.text}; }

}  // namespace

void PendingCalls::add(CallNumber call, Request request, Moment deadline, Counter last_post) {
  calls_.push_back({call, std::move(request), deadline, last_post, {}});
}

std::vector<std::size_t> PendingCalls::sendable(std::optional<Counter> unanswered) const {
  std::vector<std::size_t> places;
  bool is_held = false;
  for (std::size_t place = 0; place < calls_.size(); ++place) {
    const Call& call = calls_[place];
    const bool changes = changes_membership(call.request);
    const bool is_leave = std::holds_alternative<request::Leave>(call.request);
    is_held = is_held || (is_leave && unanswered && *unanswered <= call.last_post);
    if (!changes || !is_held) places.push_back(place);
    is_held = is_held || (changes && !call.id);
  }
  return places;
}

std::optional<Request> PendingCalls::next(RequestId id, Moment now, std::optional<Counter> unanswered) {
  const auto places = sendable(unanswered);
  const auto due =
      std::ranges::find_if(places, [&](std::size_t place) { return now >= calls_[place].send_at; });
  if (due == places.end()) return std::nullopt;
  Call& call = calls_[*due];
  call.id = id;
  call.send_at = now + kReplyTimeout;
  return call.request;
}

bool PendingCalls::awaits(RequestId id) const {
  return std::ranges::find(calls_, id, &Call::id) != calls_.end();
}

std::optional<std::string> PendingCalls::room_to_join(RequestId id) const {
  const auto call = std::ranges::find(calls_, id, &Call::id);
  const auto* join = call == calls_.end() ? nullptr : std::get_if<request::Join>(&call->request);
  return join == nullptr ? std::nullopt : std::optional(join->room);
}

std::optional<Finished> PendingCalls::answered(RequestId id, Reply reply) {
  const auto call = std::ranges::find(calls_, id, &Call::id);
  if (call == calls_.end()) return std::nullopt;
  Finished finished{call->number, std::move(reply)};
  calls_.erase(call);
  return finished;
}

std::optional<Finished> PendingCalls::refused(RequestId id, const Refusal& refusal, Moment now,
                                              double jitter) {
  const auto call = std::ranges::find(calls_, id, &Call::id);
  if (call == calls_.end()) return std::nullopt;
  if (refusal.retry_after_ms) {
    call->id = {};
    call->refusal = refusal;
    call->send_at = now + spread(Milliseconds(*refusal.retry_after_ms), jitter);
    return std::nullopt;
  }
  Finished finished{call->number, refused_problem(refusal)};
  calls_.erase(call);
  return finished;
}

void PendingCalls::connection_lost() {
  for (Call& call : calls_) {
    call.id = {};
    call.send_at = {};
  }
}

std::vector<Finished> PendingCalls::expire(Moment now, const Problem& otherwise) {
  std::vector<Finished> finished;
  for (const Call& call : calls_) {
    if (now < call.deadline) continue;
    finished.push_back({call.number, call.refusal ? refused_problem(*call.refusal) : otherwise});
  }
  std::erase_if(calls_, [now](const Call& call) { return now >= call.deadline; });
  return finished;
}

std::vector<Finished> PendingCalls::end_all(const Problem& problem) {
  std::vector<Finished> finished;
  for (const Call& call : calls_) finished.push_back({call.number, problem});
  calls_.clear();
  return finished;
}

std::optional<Moment> PendingCalls::next_at(std::optional<Counter> unanswered) const {
  const auto places = sendable(unanswered);
  const auto at = [this](std::size_t place) { return calls_[place].send_at; };
  const auto first = std::ranges::min_element(places, {}, at);
  return first == places.end() ? std::nullopt : std::optional(at(*first));
}

std::optional<Moment> PendingCalls::expires_at() const {
  const auto call = std::ranges::min_element(calls_, {}, &Call::deadline);
  return call == calls_.end() ? std::nullopt : std::optional(call->deadline);
}

}  // namespace palabre
