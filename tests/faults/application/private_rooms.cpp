#include "tests/faults/application/private_rooms.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "schema/room_names.hpp"

namespace palabre::faults {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kGuests = 5;
constexpr std::uint32_t kCells = 30;

/// Who comes so many places behind the member.
const std::string& neighbour(const MemberOptions& options, std::size_t places) {
  const auto& people = options.people;
  const auto here = static_cast<std::size_t>(std::ranges::find(people, options.name) - people.begin());
  return people[(here + places) % people.size()];
}

}  // namespace

std::vector<std::string> rooms_of(const MemberOptions& options) {
  auto rooms = options.rooms;
  rooms.push_back(direct_room(neighbour(options, 1)));
  rooms.push_back(direct_room(neighbour(options, options.people.size() - 1)));
  std::ranges::copy(options.closed_rooms, std::back_inserter(rooms));
  return rooms;
}

std::string own_room(const MemberOptions& options) {
  const auto own = std::ranges::find(options.closed_rooms, options.name, person_in);
  return own == options.closed_rooms.end() ? std::string() : *own;
}

std::vector<std::string> guests_of(const MemberOptions& options) {
  std::vector<std::string> guests;
  for (std::size_t places = 1; places <= kGuests; ++places) guests.push_back(neighbour(options, places));
  return guests;
}

std::string id_of(const std::string& text) {
  return text.substr(0, std::min<std::size_t>(text.find(' '), 64));
}

/// Written before it is asked and when it is answered: between the two nobody knows whether it was done.
void Member::moderate_one() {
  if (own_room_.empty()) return;
  request::Moderate order;
  order.room = own_room_;
  order.name = guests_[below(guests_.size())];
  order.action = below(3) == 0 ? Moderation::kick : Moderation::invite;
  journal_.write('V', order.room, name_of(order.action), order.name);
  const auto answer = client_.moderate(order, kAnswerPatience);
  if (std::holds_alternative<reply::Moderated>(answer)) {
    journal_.write('A', order.room, name_of(order.action), order.name);
  }
}

void Member::note(const event::Notice& notice) {
  const auto& what = notice.what;
  if (what.kind == NoticeKind::invited && what.client == self_) invitations_.insert(notice.room);
}

void Member::note(const event::ShutOut& shut_out) {
  journal_.write('U', shut_out.room);
  last_.erase(shut_out.room);
}

/// Who is invited where he thinks he is was sent away meanwhile.
void Member::accept_invitations() {
  for (const auto& room : std::exchange(invitations_, {})) {
    if (last_.contains(room)) end_following(room);
    follow(room);
  }
}

/// The last columns of somebody's row, but for what he said in private rooms that are not ours.
void Member::read_row() {
  request::Row wanted;
  wanted.client = ClientNumber{static_cast<std::uint32_t>(1 + below(options_.people.size()))};
  wanted.from = row_from_.try_emplace(wanted.client, Column{1}).first->second;
  wanted.count = kCells;
  journal_.write('G', wanted.client);
  const auto answer = client_.row(wanted, kAnswerPatience);
  if (!std::holds_alternative<reply::Row>(answer)) return;
  const auto& row = std::get<reply::Row>(answer);
  for (const auto& cell : row.cells) {
    journal_.write('N', cell.room, cell.sequence, row.client, cell.column, id_of(cell.text),
                   digest_of(cell.text));
  }
  const auto columns = row.columns.value;
  row_from_[wanted.client] = Column{columns > kCells ? columns - kCells : 1};
}

/// How far the open rooms go, and those of our private ones that are ours still.
std::optional<std::map<std::string, Sequence>> Member::heads() {
  const auto rooms = client_.rooms(kAnswerPatience);
  const auto pong = client_.ping(kAnswerPatience);
  if (!std::holds_alternative<reply::Rooms>(rooms) || !std::holds_alternative<reply::Pong>(pong)) return {};
  std::map<std::string, Sequence> heads;
  for (const auto& entry : std::get<reply::Rooms>(rooms).rooms) heads[entry.room] = entry.head;
  for (const auto& entry : std::get<reply::Pong>(pong).rooms) heads[entry.room] = entry.head;
  return heads;
}

}  // namespace palabre::faults
