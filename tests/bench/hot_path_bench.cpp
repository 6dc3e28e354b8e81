#include <benchmark/benchmark.h>

#include <string>
#include <utility>

#include "broker/domain/state.hpp"
#include "broker/transport/feed_packer.hpp"
#include "schema/codec.hpp"
#include "schema/frames.hpp"

/// What one message costs on its way through the broker, part by part, without sockets or disk.
namespace palabre::broker {
namespace {

constexpr std::size_t kTextBytes = 64;

Request post_of(std::size_t texts, Counter first = {1}) {
  return request::Post{"lobby", {99}, first, std::vector<std::string>(texts, std::string(kTextBytes, 'x'))};
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

void BM_pack_and_encode_feed(benchmark::State& run) {
  FeedPacker packer(1);
  for (auto _ : run) {
    packer.add(batch_of(static_cast<std::size_t>(run.range(0))));
    benchmark::DoNotOptimize(packer.take());
  }
  count_messages(run);
}
BENCHMARK(BM_pack_and_encode_feed)->Arg(1)->Arg(16)->Arg(1024);

void BM_decode_batch(benchmark::State& run) {
  const auto body = encode(batch_of(static_cast<std::size_t>(run.range(0))));
  for (auto _ : run) benchmark::DoNotOptimize(decode_batch(body));
  count_messages(run);
}
BENCHMARK(BM_decode_batch)->Arg(1)->Arg(16)->Arg(1024);

}  // namespace
}  // namespace palabre::broker

BENCHMARK_MAIN();
