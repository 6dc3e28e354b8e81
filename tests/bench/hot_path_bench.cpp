#include <benchmark/benchmark.h>

#include <string>
#include <utility>

#include "broker/domain/state.hpp"
#include "broker/journal/segment_packer.hpp"
#include "broker/transport/feed_packer.hpp"
#include "schema/codec.hpp"
#include "schema/frames.hpp"

/// What one message costs on its way through the broker, part by part, without sockets or disk.
namespace palabre::broker {
namespace {

constexpr std::size_t kTextBytes = 64;

Request post_of(std::size_t texts, Counter first = {1}) {
  request::Post post{"lobby", {99}, first, {}};
  for (std::size_t i = 0; i < texts; ++i) post.texts.push_back(std::string(kTextBytes, 'x'));
  return post;
}

Batch batch_of(std::size_t events, Sequence first = {1}) {
  Batch batch{"0123456789abcdef", "lobby", first, {{{3}, "alice"}}, {}};
  for (std::size_t i = 0; i < events; ++i)
    batch.events.push_back({{3}, {7}, std::string(kTextBytes, 'x'), {1000}});
  return batch;
}

void count_messages(benchmark::State& run) { run.SetItemsProcessed(run.iterations() * run.range(0)); }

void BM_decode_post(benchmark::State& run) {
  const auto frame = encode(RequestId{1}, post_of(static_cast<std::size_t>(run.range(0))));
  for (auto _ : run) benchmark::DoNotOptimize(decode_request(frame));
  count_messages(run);
}
BENCHMARK(BM_decode_post)->Arg(1)->Arg(64);

void BM_apply_post(benchmark::State& run) {
  const auto texts = static_cast<std::size_t>(run.range(0));
  State state = restore({"0123456789abcdef", {}, {}, {{kLobby, "lobby", {}, {}}}});
  Outcome outcome;
  apply(state, command::Admit{{1}, {1}, "alice", TokenHash(32, 't')}, {1}, outcome);
  state.matrix.learn({1}, {99}, {});
  Counter next{1};
  for (auto _ : run) {
    outcome = {};
    apply(state, command::Post{{{1}, {1}, {1}}, std::get<request::Post>(post_of(texts, next))}, {1}, outcome);
    next = next.plus(texts);
    benchmark::DoNotOptimize(outcome);
  }
  count_messages(run);
}
BENCHMARK(BM_apply_post)->Arg(1)->Arg(64);

void BM_pack_segment(benchmark::State& run) {
  const auto texts = static_cast<std::size_t>(run.range(0));
  record::Cells cells{{3}, {7}, kLobby, {1}, {1000}, {99}, {1}, true, {}};
  cells.texts = std::get<request::Post>(post_of(texts)).texts;
  SegmentPacker packer;
  for (auto _ : run) {
    packer.add(cells);
    benchmark::DoNotOptimize(packer.take());
  }
  count_messages(run);
}
BENCHMARK(BM_pack_segment)->Arg(1)->Arg(16)->Arg(1024);

void BM_pack_feed(benchmark::State& run) {
  PackedBatch batch{"0123456789abcdef", "lobby", {1}, {{{3}, "alice"}}, {}};
  for (std::int64_t i = 0; i < run.range(0); ++i) {
    batch.events.append({3}, {7}, std::string(kTextBytes, 'x'), {1000});
  }
  FeedPacker packer(1);
  for (auto _ : run) {
    packer.add(batch);
    benchmark::DoNotOptimize(packer.take_batches());
  }
  count_messages(run);
}
BENCHMARK(BM_pack_feed)->Arg(1)->Arg(16)->Arg(1024);

void BM_decode_batch(benchmark::State& run) {
  const auto body = encode(batch_of(static_cast<std::size_t>(run.range(0))));
  for (auto _ : run) benchmark::DoNotOptimize(decode_batch(body));
  count_messages(run);
}
BENCHMARK(BM_decode_batch)->Arg(1)->Arg(16)->Arg(1024);

}  // namespace
}  // namespace palabre::broker

BENCHMARK_MAIN();
