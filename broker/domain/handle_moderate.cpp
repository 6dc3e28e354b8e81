#include <optional>
#include <utility>

#include "broker/domain/handle.hpp"
#include "broker/domain/room_views.hpp"
#include "schema/limits.hpp"

namespace palabre::broker {
namespace {

/// One request to moderate, with what it is about looked up.
class Case {
 public:
  Case(const Turn& turn, ClientNumber by, RoomNumber room, const request::Moderate& wanted)
      : turn_(turn),
        by_(by),
        rank_(turn.state.rooms.at(room).standing(by)->role),
        room_(room),
        wanted_(wanted),
        client_(turn.state.roster.find(wanted.name)) {}

  /// Nothing when it is done, or was done before.
  [[nodiscard]] std::optional<Refusal> decide() {
    if (rank_ < Role::moderator) return refuse(RefusalCode::not_allowed, "moderators and the owner do that");
    if (!client_) return refuse(RefusalCode::no_such_client, "nobody has that name");
    if (client_ == by_) return refuse(RefusalCode::not_allowed, "nobody moderates himself");
    auto next = standing_wanted();
    if (!next) return next.refusal();
    // A request that is said again, because its answer was lost, changes nothing.
    if (*next == found()) return std::nullopt;
    if (auto refusal = refuse_rank()) return refusal;
    change(*next);
    return std::nullopt;
  }

 private:
  using MaybeStanding = std::optional<Standing>;

  [[nodiscard]] const Room& room() const { return turn_.state.rooms.at(room_); }
  [[nodiscard]] MaybeStanding found() const {
    const auto standing = room().standings.find(client_);
    return standing == room().standings.end() ? std::nullopt : MaybeStanding(standing->second);
  }

  /// Where the client stands once it is done.
  [[nodiscard]] Result<MaybeStanding> standing_wanted() const {
    auto standing = found();
    const bool is_banned = standing && standing->is_banned;
    switch (wanted_.action) {
      case Moderation::invite: return invited(standing);
      case Moderation::kick: return is_banned ? standing : MaybeStanding();
      case Moderation::ban: return is_banned ? standing : MaybeStanding(Standing{Role::reader, {}, true});
      case Moderation::unban: return is_banned ? MaybeStanding() : standing;
      case Moderation::mute:
      case Moderation::unmute:
      case Moderation::role: break;
    }
    if (!standing || is_banned) return refuse(RefusalCode::no_such_client, "is not in this room");
    if (wanted_.action == Moderation::role) {
      standing->role = wanted_.role.value_or(Role::voice);
    } else {
      standing->muted_until = mute_end();
    }
    return standing;
  }

  [[nodiscard]] Result<MaybeStanding> invited(const MaybeStanding& standing) const {
    if (standing && standing->is_banned) {
      return refuse(RefusalCode::not_allowed, "is banned from this room: unban first");
    }
    if (standing) return standing;
    if (room().standings.size() >= limits::kStandingsMax) {
      return refuse(RefusalCode::too_many, "this room knows too many people already");
    }
    return MaybeStanding(Standing{wanted_.role.value_or(Role::voice)});
  }

  [[nodiscard]] TimeMs mute_end() const {
    return wanted_.action == Moderation::mute ? TimeMs{turn_.now.value + wanted_.for_ms} : TimeMs{};
  }

  /// Everybody has a say over lower ranks only, and the owner over all.
  [[nodiscard]] std::optional<Refusal> refuse_rank() const {
    if (rank_ == Role::owner) return refuse_new_owner();
    const auto* standing = room().standing(client_);
    const bool is_below = standing == nullptr || standing->role < rank_;
    if (is_below && wanted_.role.value_or(Role::voice) < rank_) return std::nullopt;
    return refuse(RefusalCode::not_allowed, "only the owner does that");
  }
  [[nodiscard]] std::optional<Refusal> refuse_new_owner() const {
    if (wanted_.role != Role::owner || turn_.state.rooms.is_member(room_, client_)) return std::nullopt;
    return refuse(RefusalCode::not_allowed, "the next owner has to be a member");
  }

  void change(const MaybeStanding& standing) {
    const bool stays = standing && !standing->is_banned;
    if (!stays && turn_.state.rooms.is_member(room_, client_)) turn_.end_membership(room_, client_);
    turn_.set_standing(room_, client_, standing);
    // There is one owner.
    if (wanted_.role == Role::owner) turn_.set_standing(room_, by_, Standing{Role::moderator});
    note();
  }

  void note() {
    const auto number = room().moderations + 1;
    turn_.state.rooms.set_moderations(room_, number);
    const auto until = mute_end();
    const auto role = wanted_.action == Moderation::invite || wanted_.action == Moderation::role
                          ? std::optional(wanted_.role.value_or(Role::voice))
                          : std::nullopt;
    turn_.outcome.records.emplace_back(record::Moderated{room_, number, turn_.now, by_, wanted_.action,
                                                         client_, role, until, wanted_.reason});
    const auto& roster = turn_.state.roster;
    turn_.notify(room_, {notice_of(wanted_.action), client_, roster.at(client_).name, roster.at(by_).name,
                         wanted_.reason, until, role});
  }

  const Turn& turn_;
  const ClientNumber by_;
  const Role rank_;
  const RoomNumber room_;
  const request::Moderate& wanted_;
  const ClientNumber client_;
};

}  // namespace

void handle(const Turn& turn, command::Moderate moderate) {
  const auto& [origin, wanted] = moderate;
  const auto room = find_room(turn.state, origin.client, wanted.room);
  if (!room || !turn.state.rooms.may_read(room, origin.client)) {
    return turn.answer(origin, refuse(RefusalCode::no_such_room));
  }
  if (turn.state.rooms.at(room).kind != RoomKind::closed) {
    return turn.answer(origin, refuse(RefusalCode::not_allowed, "only closed rooms are moderated"));
  }
  if (auto refusal = Case(turn, origin.client, room, wanted).decide()) {
    return turn.answer(origin, std::move(*refusal));
  }
  turn.answer(origin, reply::Moderated{wanted.room, wanted.action, wanted.name});
}

}  // namespace palabre::broker
