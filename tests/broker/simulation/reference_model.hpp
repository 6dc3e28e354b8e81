#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/domain/commands.hpp"
#include "schema/limits.hpp"

namespace palabre::broker {

/// The broker's rules once more, written from the protocol's page with plain maps and without a look at the
/// domain. Each decision is a list of lines, what is stored and what is told, in order. It keeps all posts
/// itself and needs no look-up.
class ReferenceModel {
 public:
  using Lines = std::vector<std::string>;

  Lines decide(const Command& command, std::uint64_t now) {
    lines_.clear();
    clock_ = std::max(clock_, now);
    std::visit([this](const auto& asked) { on(asked); }, command);
    return std::exchange(lines_, {});
  }

  /// Back to what `stored` was, but not in time, with nobody connected but those who are and whom it knows.
  void go_back_to(const ReferenceModel& stored) {
    auto runs = std::move(run_);
    auto since = std::move(since_);
    const auto comings = comings_;
    const auto clock = clock_;
    auto connections = std::exchange(*this, stored).owner_;
    run_ = std::move(runs);
    since_ = std::move(since);
    comings_ = comings;
    std::erase_if(connections, [this](const auto& one) { return one.second > names_.size(); });
    owner_ = std::move(connections);
    clock_ = clock;
  }
  /// As after a restart.
  void disconnect_all() {
    owner_.clear();
    clock_ = newest_;
  }

  /// Everything there is, as lines.
  [[nodiscard]] Lines picture() const {
    Lines lines;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const auto client = static_cast<std::uint32_t>(i + 1);
      lines.push_back(number(client) + " " + names_[i] +
                      (connections_of(client) > 0 ? " online" : " offline"));
    }
    for (const auto& room : room_names_) {
      lines.push_back(room + " " + number(heads_.at(room)));
      for (const auto member : members_.at(room)) lines.back() += " " + number(member);
    }
    return lines;
  }

 private:
  struct Post {
    std::string room;
    std::string ack;
  };

  template <class Integer>
  static std::string number(Integer value) {
    return std::to_string(value);
  }
  [[nodiscard]] long connections_of(std::uint32_t client) const {
    return std::ranges::count(owner_, client, [](const auto& one) { return one.second; });
  }
  [[nodiscard]] std::string name(std::uint32_t client) const { return names_.at(client - 1); }
  void tell(const std::string& line) { lines_.push_back(line); }
  void refuse(const Origin& origin, const std::string& reason) {
    tell("reply " + number(origin.connection.value) + "/" + number(origin.request.value) + " refused " +
         reason);
  }
  bool is_stranger(const Origin& origin) {
    const auto owner = owner_.find(origin.connection.value);
    const bool is_known = owner != owner_.end() && owner->second == origin.client.value;
    if (!is_known) refuse(origin, "hello_first");
    return !is_known;
  }

  void on(const command::Admit& admit) {
    const auto connection = admit.connection.value;
    const Origin origin{{}, admit.connection, admit.request};
    const auto named = std::ranges::find(names_, admit.name);
    auto client = static_cast<std::uint32_t>(named - names_.begin() + 1);
    if (owner_.contains(connection) && owner_.at(connection) != client) return refuse(origin, "not_allowed");
    const bool is_new = named == names_.end();
    if (!is_new && tokens_.at(client - 1) != admit.token) return refuse(origin, "wrong_token");
    if (banned_.contains(client)) return refuse(origin, "banned");
    if (is_new) {
      names_.push_back(admit.name);
      tokens_.push_back(admit.token);
      members_["lobby"].insert(client);
      tell("store registered " + number(client) + " " + admit.name);
      tell("store joined 1 " + number(client));
    }
    std::string line = "admit " + number(connection) + "/" + number(admit.request.value) + " " +
                       number(client) + (is_new ? " new" : "");
    for (const auto& room : room_names_) {
      if (members_[room].contains(client)) line += " " + room + ":" + number(heads_[room]);
    }
    const bool comes = connections_of(client) == 0;
    if (owner_.emplace(connection, client).second) {
      run_[connection] = admit.run.value;
      since_[connection] = ++comings_;
    }
    tell(line);
    if (comes) tell("notice lobby came " + name(client));
    replace_earlier(client, connection, admit.run.value);
  }

  void replace_earlier(std::uint32_t client, std::uint64_t connection, std::uint64_t run) {
    std::erase_if(owner_, [&](const auto& one) {
      const bool is_replaced =
          one.second == client && one.first != connection && run != 0 && run_.at(one.first) == run;
      if (is_replaced) tell("depart " + number(one.first) + " " + number(client));
      return is_replaced;
    });
  }

  /// Private rooms have an oracle of their own (private_rooms_test.cpp).
  void on(const command::Moderate& moderate) { refuse(moderate.origin, "not_allowed"); }

  void on(const command::Depart& depart) {
    const auto& [client, connection, request] = depart.origin;
    if (request) tell("reply " + number(connection.value) + "/" + number(request.value) + " farewell");
    const auto owner = owner_.find(connection.value);
    if (owner != owner_.end() && owner->second == client.value) let_go(client.value, connection.value);
  }

  void let_go(std::uint32_t client, std::uint64_t connection) {
    owner_.erase(connection);
    const bool is_last = connections_of(client) == 0;
    tell("depart " + number(connection) + " " + number(client) + (is_last ? " last" : ""));
    if (is_last) tell("notice lobby went " + name(client));
  }

  /// Bans and unbans: no keys in this world.
  void on(const command::Operate& operate) {
    const auto* ban = std::get_if<order::Ban>(&operate.order);
    const auto named =
        std::ranges::find(names_, ban ? ban->name : std::get<order::Unban>(operate.order).name);
    const auto client = static_cast<std::uint32_t>(named - names_.begin() + 1);
    const auto ruling = "ruling " + number(operate.id.value);
    if (named == names_.end()) return tell(ruling + " refused no_such_client");
    if (banned_.contains(client) == (ban != nullptr)) return tell(ruling + " refused not_allowed");
    tell("store act upon " + number(client) + " " + (ban ? ban->reason : ""));
    tell(ruling);
    if (!ban) banned_.erase(client);
    if (!ban || !banned_.insert(client).second) return;
    std::map<std::uint64_t, std::uint64_t> ended;
    for (const auto& [connection, owner] : owner_) {
      if (owner == client) ended[since_.at(connection)] = connection;
    }
    for (const auto& [since, connection] : ended) let_go(client, connection);
  }

  void on(const command::Join& join) {
    if (is_stranger(join.origin)) return;
    const auto client = join.origin.client.value;
    const bool is_new = !members_.contains(join.room);
    if (is_new) {
      room_names_.push_back(join.room);
      heads_[join.room] = 0;
      tell("store room " + number(room_number(join.room)) + " " + join.room);
    }
    if (members_[join.room].insert(client).second) {
      tell("store joined " + number(room_number(join.room)) + " " + number(client));
      tell("notice " + join.room + " joined " + name(client));
    }
    tell("reply " + number(join.origin.connection.value) + "/" + number(join.origin.request.value) +
         " joined " + join.room + " " + number(heads_[join.room]) + (is_new ? " new" : ""));
  }

  void on(const command::Leave& leave) {
    if (is_stranger(leave.origin)) return;
    if (!members_.contains(leave.room)) return refuse(leave.origin, "no_such_room");
    if (leave.room == "lobby") return refuse(leave.origin, "not_allowed");
    const auto client = leave.origin.client.value;
    if (members_[leave.room].erase(client) > 0) {
      tell("store left " + number(room_number(leave.room)) + " " + number(client));
      tell("notice " + leave.room + " left " + name(client));
    }
    tell("reply " + number(leave.origin.connection.value) + "/" + number(leave.origin.request.value) +
         " left " + leave.room);
  }

  void on(const command::Post& command) {
    if (is_stranger(command.origin)) return;
    const auto& [room, outbox, counter, texts] = command.post;
    const auto client = command.origin.client.value;
    auto& posts = posts_[{client, outbox.value}];
    const auto first = counter.value - 1;
    const bool brings_news = first + texts.size() > posts.size();
    const auto due = brings_news && first < posts.size() ? " " + number(posts.size() + 1) : "";
    if (!members_.contains(room)) return refuse(command.origin, "no_such_room" + due);
    if (brings_news && !members_[room].contains(client)) return refuse(command.origin, "not_a_member" + due);
    if (first > posts.size()) return refuse(command.origin, "out_of_order " + number(posts.size() + 1));
    const auto repeats = std::min(texts.size(), posts.size() - first);
    for (std::size_t i = 0; i < repeats; ++i) {
      if (posts[first + i].room != room) return refuse(command.origin, "id_reused" + due);
    }
    for (std::size_t i = repeats; i < texts.size(); ++i)
      store(command.origin, room, outbox.value, posts, std::string(texts[i]));
    std::string line = "acknowledge " + number(command.origin.connection.value) + "/" +
                       number(command.origin.request.value) + " " + room + " " + number(outbox.value);
    for (std::size_t i = 0; i < texts.size(); ++i) line += " " + posts[first + i].ack;
    tell(line);
  }

  void store(const Origin& origin, const std::string& room, std::uint64_t outbox, std::vector<Post>& posts,
             const std::string& text) {
    newest_ = clock_;
    const auto column = number(++columns_[origin.client.value]);
    const auto sequence = number(++heads_[room]);
    const auto counter = number(posts.size() + 1);
    posts.push_back({room, counter + ":" + sequence + ":" + column + "@" + number(clock_)});
    tell("store message " + number(origin.client.value) + " " + column + " room " +
         number(room_number(room)) + " " + sequence + " @" + number(clock_) + " outbox " + number(outbox) +
         ":" + counter + " " + text);
  }

  [[nodiscard]] long room_number(const std::string& room) const {
    return std::ranges::find(room_names_, room) - room_names_.begin() + 1;
  }

  std::uint64_t clock_ = 0;
  std::uint64_t newest_ = 0;  ///< time of the newest message: what a store knows of the time
  std::vector<std::string> names_;
  std::vector<std::string> tokens_;
  std::map<std::uint64_t, std::uint32_t> owner_;  ///< connection to client
  std::map<std::uint64_t, std::uint64_t> run_;    ///< connection to what it said; of those that are gone, too
  std::map<std::uint64_t, std::uint64_t> since_;  ///< connection to when it was admitted; likewise
  std::uint64_t comings_ = 0;
  std::set<std::uint32_t> banned_;
  std::vector<std::string> room_names_{"lobby"};
  std::map<std::string, std::set<std::uint32_t>> members_{{"lobby", {}}};
  std::map<std::string, std::uint64_t> heads_{{"lobby", 0}};
  std::map<std::uint32_t, std::uint64_t> columns_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::vector<Post>> posts_;
  Lines lines_;
};

}  // namespace palabre::broker
