#include "client/link.hpp"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <utility>

#include "client/link_sockets.hpp"

namespace palabre {
namespace {

/// So many frames of a socket are taken before the others have their turn.
constexpr int kFramesPerTurn = 256;

/// Signals belong to the application's own threads.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

std::string_view view(const zmq::message_t& frame) { return frame.to_string_view(); }

Milliseconds until(Moment then, Moment now) {
  return then <= now ? Milliseconds(0) : std::chrono::ceil<Milliseconds>(then - now);
}

}  // namespace

/// What the thread does, turn by turn: wait, take what came, let the conversation decide, carry that out.
class Link::Loop {
 public:
  Loop(const Conversation::Options& options, const LinkKeys& keys, Link& link)
      : link_(link),
        sockets_(options.client.server, keys, link.commands_.descriptor()),
        conversation_(options) {}

  void run() {
    sockets_.open_talk();
    while (!conversation_.is_over()) {
      carry_out(conversation_.take_effects());
      const Moment before = std::chrono::steady_clock::now();
      sockets_.wait(until(conversation_.wake_at(before), before));
      take_turn(std::chrono::steady_clock::now());
    }
    carry_out(conversation_.take_effects());
  }

 private:
  void take_turn(Moment now) {
    for (const Command& command : link_.commands_.pop_all()) command(conversation_, now);
    while (const auto change = sockets_.next_change()) take_change(*change, now);
    for (int taken = 0; taken < kFramesPerTurn; ++taken) {
      const auto frame = sockets_.receive_talk();
      if (!frame) break;
      conversation_.take_talk(view(*frame), now);
    }
    for (int taken = 0; taken < kFramesPerTurn; ++taken) {
      const auto frame = sockets_.receive_feed();
      if (!frame) break;
      conversation_.take_feed(view(frame->topic), view(frame->body), now);
    }
    conversation_.set_backlogged(link_.listener_.is_backlogged());
    conversation_.advance(now);
  }

  void take_change(LinkSockets::TalkChange change, Moment now) {
    switch (change) {
      case LinkSockets::TalkChange::up: return conversation_.talk_up(now);
      case LinkSockets::TalkChange::down: return conversation_.talk_down(now);
      case LinkSockets::TalkChange::handshake_failed: return conversation_.handshake_failed();
      case LinkSockets::TalkChange::another_key: return conversation_.another_key();
      case LinkSockets::TalkChange::not_zeromq:
        return conversation_.talk_failed("what answers at that address does not speak ZeroMQ");
      case LinkSockets::TalkChange::not_admitted: return conversation_.not_admitted();
      case LinkSockets::TalkChange::none: return;
    }
  }

  void carry_out(Effects effects) {
    if (!effects.kept.empty()) link_.listener_.keep(effects.kept);
    if (effects.closes_sockets) sockets_.close();
    if (effects.reopens_talk) sockets_.open_talk();
    if (effects.feed_port) sockets_.open_feed(*effects.feed_port);
    for (const auto& topic : effects.subscriptions) sockets_.subscribe(topic);
    for (const auto& topic : effects.unsubscriptions) sockets_.unsubscribe(topic);
    for (const auto& frame : effects.frames) sockets_.send(frame);
    if (!effects.events.empty()) link_.listener_.events(std::move(effects.events));
    for (Finished& finished : effects.finished) link_.listener_.finished(std::move(finished));
  }

  Link& link_;
  LinkSockets sockets_;
  Conversation conversation_;
};

Link::Link(Conversation::Options options, LinkKeys keys, Listener listener)
    : listener_(std::move(listener)),
      thread_([this, options = std::move(options), keys = std::move(keys)] { run(options, keys); }) {}

Link::~Link() {
  tell([](Conversation& conversation, Moment now) { conversation.say_goodbye(now); });
}

void Link::tell(Command command) { commands_.push(std::move(command)); }

void Link::run(const Conversation::Options& options, const LinkKeys& keys) {
  block_signals();
  pthread_setname_np(pthread_self(), "palabre-link");
  try {
    Loop(options, keys, *this).run();
  } catch (const zmq::error_t& error) {
    listener_.broke_down({ProblemKind::unreachable, {}, options.client.server + ": " + error.what()});
  } catch (const std::runtime_error& failure) {
    // What cannot be kept is not sent.
    listener_.broke_down({ProblemKind::broken, {}, failure.what()});
  }
}

}  // namespace palabre
