#include <memory>
#include <type_traits>
#include <utility>

#include "broker/session/token_hash.hpp"
#include "schema/codec.hpp"
#include "schema/room_names.hpp"
#include "tests/simulation/model_broker.hpp"

/// The sessions of ModelBroker, as in broker/session/session.cpp.
namespace palabre::broker::simulation {

void ModelBroker::give(ClientNumber client, Session::Item item) {
  auto& items = sessions_.at(client).items;
  items.push_back(std::move(item));
  if (items.size() == 1) run_session_later(client);
}

void ModelBroker::run_session_later(ClientNumber client) {
  const auto moment = surroundings_.draw_ms(0, surroundings_.weather.step_ms_max);
  surroundings_.agenda.after(moment, [this, client, life = std::weak_ptr(life_)] {
    if (life.expired()) return;
    // It may have ended, and begun anew, meanwhile.
    if (const auto found = sessions_.find(client); found != sessions_.end()) {
      run_session(client, found->second);
    }
  });
}

void ModelBroker::run_session(ClientNumber client, Session& session) {
  while (!session.items.empty()) {
    auto item = std::move(session.items.front());
    session.items.pop_front();
    if (const auto* vanished = std::get_if<Vanished>(&item)) {
      record(command::Depart{{client, vanished->connection, RequestId{}}});
    } else if (const auto* frame = std::get_if<Frame>(&item)) {
      answer(client, session, *frame);
    } else {
      record(std::get<command::Post>(std::move(item)));
    }
    const bool is_amid_parts =
        !session.items.empty() && std::holds_alternative<command::Post>(session.items.front());
    if (is_amid_parts && !session.has_departed) return run_session_later(client);
  }
}

/// All but the first part wait, before whatever else came.
void ModelBroker::post(const Origin& origin, request::Post post, Session& session) {
  if (!surroundings_.has_parts || post.texts.size() < 2)
    return record(command::Post{origin, std::move(post)});
  const auto whole = std::make_shared<PostInParts>(PostInParts{post.counter, post.texts.size(), {}});
  for (auto left = post.texts.size(); left > 0;) {
    const auto count = surroundings_.dice.between(1, left);
    left -= count;
    request::Post part{post.room, post.outbox, post.counter.plus(left), {}};
    for (auto i = left; i < left + count; ++i) part.texts.push_back(post.texts[i]);
    session.items.emplace_front(command::Post{.origin = origin, .post = std::move(part), .whole = whole});
  }
  auto first = std::get<command::Post>(std::move(session.items.front()));
  session.items.pop_front();
  record(std::move(first));
}

void ModelBroker::answer(ClientNumber client, Session& session, const Frame& frame) {
  auto decoded = decode_request(frame.bytes);
  const Origin origin{client, frame.connection, decoded.id};
  if (!decoded.body) return say(frame.connection, decoded.id, decoded.body.refusal());
  auto& request = *decoded.body;
  if (auto* hello = std::get_if<request::Hello>(&request)) {
    record(
        command::Admit{origin.connection, origin.request, hello->name, hash_token(hello->token), hello->run});
  } else if (auto* post = std::get_if<request::Post>(&request)) {
    this->post(origin, std::move(*post), session);
  } else if (auto* join = std::get_if<request::Join>(&request)) {
    record(command::Join{origin, std::move(join->room)});
  } else if (auto* leave = std::get_if<request::Leave>(&request)) {
    record(command::Leave{origin, std::move(leave->room)});
  } else if (auto* moderate = std::get_if<request::Moderate>(&request)) {
    record(command::Moderate{origin, std::move(*moderate)});
  } else if (std::holds_alternative<request::Goodbye>(request)) {
    record(command::Depart{origin});
  } else if (session.has_departed) {
    say(origin.connection, origin.request, refuse(RefusalCode::hello_first));
  } else {
    answer_read(client, origin, request);
  }
}

template <class Read>
ClientNumber ModelBroker::reader_of(ClientNumber client, const Read& read) const {
  if constexpr (std::is_same_v<Read, request::History>) {
    if (surroundings_.has(PlantedBug::lets_strangers_read) && !is_open_room(read.room))
      return {
          static_cast<std::uint32_t>(1 + surroundings_.dice.below(recorder_.state().roster.all().size()))};
  }
  return client;
}

void ModelBroker::answer_read(ClientNumber client, const Origin& origin, const Request& request) {
  auto reply = std::visit(
      [&]<class Read>(const Read& read) -> Reply {
        if constexpr (ReadRequest<Read>) {
          return reads_.reply_to(reader_of(client, read), read);
        } else {
          return refuse(RefusalCode::unknown_request);
        }
      },
      request);
  plant_in(reply);
  if (std::holds_alternative<reply::Page>(reply) && surroundings_.has(PlantedBug::skips_refills)) return;
  say(origin.connection, origin.request, reply);
}

void ModelBroker::plant_in(Reply& reply) {
  auto* page = std::get_if<reply::Page>(&reply);
  if (page != nullptr && !page->batch.events.empty()) {
    auto& events = page->batch.events;
    if (surroundings_.has(PlantedBug::drops_an_event_of_a_page)) events.erase(events.begin());
    if (surroundings_.has(PlantedBug::drops_the_last_of_a_page)) {
      events.pop_back();
      page->head = {page->batch.first.value + events.size() - 1};
    }
  }
  auto* heads = std::get_if<reply::Heads>(&reply);
  if (heads != nullptr && surroundings_.has(PlantedBug::tells_no_heads)) heads->rooms.clear();
}

}  // namespace palabre::broker::simulation
