#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "client/events.hpp"
#include "client/moment.hpp"
#include "schema/messages.hpp"

/// Small pieces that the client's tests are made of. In every sample room the text of a message is its
/// sequence.
namespace palabre::samples {

using namespace std::chrono_literals;

inline const Epoch kEpoch = "00000000000000aa";
inline const Epoch kOtherEpoch = "00000000000000bb";
inline constexpr Moment kStart{std::chrono::hours(1)};

inline Batch batch_of(const std::string& room, std::uint64_t first, std::uint64_t last,
                      const Epoch& epoch = kEpoch) {
  Batch batch{epoch, room, Sequence{first}, {{ClientNumber{3}, "alice"}}, {}};
  for (auto sequence = first; sequence <= last; ++sequence) {
    batch.events.push_back({ClientNumber{3}, Column{1}, std::to_string(sequence), TimeMs{1000 + sequence}});
  }
  return batch;
}

inline reply::Page page_of(const std::string& room, std::uint64_t first, std::uint64_t last,
                           std::uint64_t head, const Epoch& epoch = kEpoch) {
  return {batch_of(room, first, last, epoch), Sequence{head}};
}

/// Those events of one kind, in order.
template <class Kind>
std::vector<Kind> only(const Events& events) {
  std::vector<Kind> found;
  for (const ClientEvent& event : events) {
    if (const auto* one = std::get_if<Kind>(&event)) found.push_back(*one);
  }
  return found;
}

inline std::vector<std::uint64_t> sequences_of(const Events& events) {
  std::vector<std::uint64_t> sequences;
  for (const auto& message : only<event::Message>(events)) sequences.push_back(message.sequence.value);
  return sequences;
}

/// Of posts that were stored, or refused, as Kind says.
template <class Kind>
std::vector<std::uint64_t> tickets_of(const Events& events) {
  std::vector<std::uint64_t> tickets;
  for (const auto& event : only<Kind>(events)) tickets.push_back(event.counter.value);
  return tickets;
}

inline std::vector<std::uint64_t> from_to(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> numbers;
  for (; first <= last; ++first) numbers.push_back(first);
  return numbers;
}

inline void append(Events& events, Events more) { events.insert(events.end(), more.begin(), more.end()); }

/// What happens on the way to the point of a test.
inline void disregard(const Events&) {}

}  // namespace palabre::samples
