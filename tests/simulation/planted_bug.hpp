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
  restores_without_a_new_epoch,
  restores_an_older_copy,          ///< than the one that was wanted
  hides_a_new_epoch,               ///< the user is not told
  overlooks_a_new_epoch,           ///< the client goes on from where it was
  hides_that_the_store_went_back,  ///< under its old epoch; the user is not told
  tells_a_stranger,                ///< what is said in a private room
  lets_strangers_read,             ///< the history of private rooms
  publishes_the_private,           ///< on the feed
};

inline constexpr std::array<std::pair<PlantedBug, std::string_view>, 25> kPlantedBugs{{
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
    {PlantedBug::restores_without_a_new_epoch, "restores_without_a_new_epoch"},
    {PlantedBug::restores_an_older_copy, "restores_an_older_copy"},
    {PlantedBug::hides_a_new_epoch, "hides_a_new_epoch"},
    {PlantedBug::overlooks_a_new_epoch, "overlooks_a_new_epoch"},
    {PlantedBug::hides_that_the_store_went_back, "hides_that_the_store_went_back"},
    {PlantedBug::tells_a_stranger, "tells_a_stranger"},
    {PlantedBug::lets_strangers_read, "lets_strangers_read"},
    {PlantedBug::publishes_the_private, "publishes_the_private"},
}};

}  // namespace palabre::broker::simulation
