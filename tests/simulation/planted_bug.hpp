#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace palabre::broker::simulation {

/// Bugs that the simulation makes on purpose, in its own models and between the real parts: a check that
/// finds none of them is worth nothing.
enum class PlantedBug : std::uint8_t {
  none,
  drops_a_record,              ///< one of a commit's records is not stored
  stores_twice,                ///< a POST is decided a second time under fresh counters
  forgets_a_column,            ///< after a restart a row is shorter by one
  forgets_counters,            ///< after a restart every outbox begins anew
  tears_commits,               ///< a crash in a commit leaves the messages without their ids
  acknowledges_before_commit,  ///< and the crash comes between
  publishes_before_commit,     ///< likewise
  acknowledges_the_refused,    ///< a full disk, and STORED all the same
  answers_repeats_wrongly,     ///< a repeat's acknowledgement names another sequence
  swaps_two_events,            ///< neighbours of a feed frame change places
  drops_an_event_of_a_page,    ///< and those behind it move up
  drops_the_last_of_a_page,    ///< although it says that this is the head
  skips_refills,               ///< no HISTORY is ever answered
  tells_no_heads,              ///< ticks and HEADS are empty
  stamps_another_sender,       ///< a message bears the number of somebody else
  forgets_kept_ids,            ///< a program that goes on sends what it kept under fresh ids
  sends_before_keeping,        ///< and is killed between the two
};

inline constexpr std::array<std::pair<PlantedBug, std::string_view>, 17> kPlantedBugs{{
    {PlantedBug::drops_a_record, "drops_a_record"},
    {PlantedBug::stores_twice, "stores_twice"},
    {PlantedBug::forgets_a_column, "forgets_a_column"},
    {PlantedBug::forgets_counters, "forgets_counters"},
    {PlantedBug::tears_commits, "tears_commits"},
    {PlantedBug::acknowledges_before_commit, "acknowledges_before_commit"},
    {PlantedBug::publishes_before_commit, "publishes_before_commit"},
    {PlantedBug::acknowledges_the_refused, "acknowledges_the_refused"},
    {PlantedBug::answers_repeats_wrongly, "answers_repeats_wrongly"},
    {PlantedBug::swaps_two_events, "swaps_two_events"},
    {PlantedBug::drops_an_event_of_a_page, "drops_an_event_of_a_page"},
    {PlantedBug::drops_the_last_of_a_page, "drops_the_last_of_a_page"},
    {PlantedBug::skips_refills, "skips_refills"},
    {PlantedBug::tells_no_heads, "tells_no_heads"},
    {PlantedBug::stamps_another_sender, "stamps_another_sender"},
    {PlantedBug::forgets_kept_ids, "forgets_kept_ids"},
    {PlantedBug::sends_before_keeping, "sends_before_keeping"},
}};

}  // namespace palabre::broker::simulation
