#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "broker/domain/state.hpp"
#include "broker/journal/data_directory.hpp"
#include "broker/journal/segment_packer.hpp"
#include "broker/journal/sqlite_journal.hpp"
#include "broker/transport/feed_packer.hpp"
#include "schema/codec.hpp"
#include "schema/frames.hpp"

/// The same script every time: what a message costs on its way through the broker, stage by stage, counted in
/// instructions by callgrind, which collects inside the functions named stage_* only. Four clients post to
/// three rooms, mostly one text at a time; thirty-two POSTs make a batch.
namespace palabre::broker {
namespace {

constexpr std::uint32_t kClients = 4;
constexpr std::size_t kPosts = 4096;
constexpr std::size_t kPostsInABatch = 32;
constexpr std::size_t kTextBytes = 64;
const std::vector<std::string> kRooms{"lobby", "tea", "builds"};

/// What waits between two stages.
struct Script {
  State state = restore({"0123456789abcdef", {}, {}, {{kLobby, "lobby", {}, {}}}});
  std::vector<Bytes> frames;
  std::vector<DecodedRequest> requests;
  Outcome outcome;
  std::vector<Segment> segments;
  FeedPacker feed{1};
  std::size_t bytes_sent = 0;
};

void prepare(Script& script, Journal& journal) {
  for (std::uint32_t client = 1; client <= kClients; ++client) {
    const Origin origin{{client}, {client}, {1}};
    apply(script.state, command::Admit{{client}, {1}, "client-" + std::to_string(client), TokenHash(32, 't')},
          {1}, script.outcome);
    for (const auto& room : kRooms) apply(script.state, command::Join{origin, room}, {1}, script.outcome);
    script.state.matrix.learn({client}, {99}, {});
  }
  (void)journal.commit(script.outcome.records, {});
  script.outcome = {};
}

/// The frames of the next batch, as clients would send them.
void write_frames(Script& script, std::size_t batch) {
  script.frames.clear();
  for (std::size_t i = 0; i < kPostsInABatch; ++i) {
    const auto post = batch * kPostsInABatch + i;
    const ClientNumber client{static_cast<std::uint32_t>(post % kClients + 1)};
    const auto last = script.state.matrix.last_counter(client, {99}).value();
    // As many of this batch are before it in its outbox.
    const auto ahead = i / kClients;
    request::Post said{kRooms[post % kRooms.size()], {99}, last.plus(1 + ahead), {}};
    said.texts.push_back(std::string(kTextBytes, static_cast<char>('a' + post % 26)));
    script.frames.push_back(encode(RequestId{post + 1}, said));
  }
}

}  // namespace

extern "C" {

[[gnu::noinline]] void stage_decode(Script& script) {
  script.requests.clear();
  for (const auto& frame : script.frames) script.requests.push_back(decode_request(frame));
}

[[gnu::noinline]] void stage_decide(Script& script) {
  std::size_t place = 0;
  for (auto& [id, body] : script.requests) {
    const auto client = static_cast<std::uint32_t>(place++ % kClients + 1);
    apply(script.state, command::Post{{{client}, {client}, id}, std::get<request::Post>(*std::move(body))},
          {1'000'000}, script.outcome);
  }
}

[[gnu::noinline]] void stage_pack(Script& script) {
  SegmentPacker packer;
  for (const auto& record : script.outcome.records) packer.add(std::get<record::Cells>(record));
  script.segments = packer.take();
}

[[gnu::noinline]] void stage_store(Script& script, Journal& journal) {
  if (journal.commit(script.outcome.records, script.segments) != CommitResult::committed) std::abort();
}

[[gnu::noinline]] void stage_publish(Script& script) {
  for (auto& segment : script.segments) {
    script.feed.add(PackedBatch{script.state.epoch,
                                script.state.rooms.at(segment.room).name,
                                segment.first,
                                {{{1}, "client-1"}},
                                std::move(segment.events)});
  }
  for (const auto& frame : script.feed.take_batches()) script.bytes_sent += frame.body.size();
}

[[gnu::noinline]] void stage_acknowledge(Script& script) {
  for (auto& effect : script.outcome.effects) {
    auto& told = std::get<effect::Acknowledge>(effect);
    const Reply reply = reply::Stored{true, std::move(told.room), told.outbox, std::move(told.acks)};
    script.bytes_sent += encode(told.request, reply).size();
  }
}

}  // extern "C"

namespace {

void run(const std::filesystem::path& folder) {
  const DataDirectory directory(folder);
  const auto journal = open_journal(directory, {.durability = Durability::memory});
  Script script;
  prepare(script, *journal);
  for (std::size_t batch = 0; batch < kPosts / kPostsInABatch; ++batch) {
    write_frames(script, batch);
    stage_decode(script);
    stage_decide(script);
    stage_pack(script);
    stage_store(script, *journal);
    stage_publish(script);
    stage_acknowledge(script);
    script.outcome = {};
  }
  std::printf("%zu messages\n", kPosts);
}

}  // namespace
}  // namespace palabre::broker

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: instruction_stages FOLDER\n");
    return 2;
  }
  palabre::broker::run(argv[1]);
  return 0;
}
