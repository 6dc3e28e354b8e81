#include "client/display_gate.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace palabre {
namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr bool is_name_character(char c) {
  const char l = lower(c);
  return (l >= 'a' && l <= 'z') || (l >= '0' && l <= '9') || l == '_' || l == '-';
}

bool starts_with_name(std::string_view text, std::string_view name) {
  return text.size() >= name.size() &&
         std::ranges::equal(text.substr(0, name.size()), name, {}, lower, lower);
}

}  // namespace

bool mentions(std::string_view text, std::string_view name) {
  if (name.empty()) return false;
  for (std::size_t at = 0; at + name.size() <= text.size(); ++at) {
    const bool begins = at == 0 || !is_name_character(text[at - 1]);
    if (!begins || !starts_with_name(text.substr(at), name)) continue;
    const auto end = at + name.size();
    if (end == text.size() || !is_name_character(text[end])) return true;
  }
  return false;
}

DisplayGate::DisplayGate(Options options) : options_(std::move(options)) {}

std::optional<event::Message> DisplayGate::pass(event::Message message) {
  if (is_open_) return message;
  hold(std::move(message));
  return std::nullopt;
}

void DisplayGate::hold(event::Message message) {
  ++count_.total;
  if (message.name != options_.own_name && mentions(message.text, options_.own_name)) ++count_.to_you;
  if (first_.size() < options_.kept_max) {
    first_.push_back(message);
  } else {
    hold_number(message);
  }
  recent_.push_back(std::move(message));
  if (recent_.size() > options_.recent_max) recent_.pop_front();
}

void DisplayGate::hold_number(const event::Message& message) {
  const auto same_life = [&](const Range& range) {
    return range.room == message.room && range.epoch == message.epoch;
  };
  const auto found = std::ranges::find_if(overflow_ | std::views::reverse, same_life);
  if (found != overflow_.rend() && found->last.next() == message.sequence) {
    found->last = message.sequence;
    return;
  }
  overflow_.push_back({message.room, message.epoch, message.sequence, message.sequence});
}

std::vector<event::Message> DisplayGate::peek(std::size_t count) const {
  const auto shown = std::min(count, recent_.size());
  return {recent_.end() - static_cast<std::ptrdiff_t>(shown), recent_.end()};
}

DisplayGate::Released DisplayGate::release() {
  Released released{std::exchange(first_, {}), std::exchange(overflow_, {}), std::exchange(count_, {})};
  recent_.clear();
  is_open_ = true;
  return released;
}

}  // namespace palabre
