#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/simulation/world.hpp"

namespace palabre::broker::simulation {
namespace {

/// A run that goes on after so many has nothing new to say.
constexpr std::size_t kBreachesMax = 20;

int simulate(std::uint64_t first, std::uint64_t count) {
  World::Happenings total;
  std::size_t breaches = 0;
  auto seed = first;
  for (; seed < first + count && breaches < kBreachesMax; ++seed) {
    World world(seed);
    if (count == 1) world.trace();
    const auto breach = world.run();
    total.add(world.happenings());
    if (!breach) continue;
    ++breaches;
    std::printf("PALABRE_SEED=%llu: %s\n", static_cast<unsigned long long>(seed), breach->c_str());
  }
  std::printf(
      "%llu seeds from %llu on: %zu breaches; %zu messages stored, %zu refused, %zu handed over, "
      "%zu crashes, %zu stores restored, %zu old copies put back, settled within %lld ms\n",
      static_cast<unsigned long long>(seed - first), static_cast<unsigned long long>(first), breaches,
      total.stored, total.refused, total.handed_over, total.crashes, total.restored, total.bare_copies,
      static_cast<long long>(total.until_settled.count()));
  return breaches == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace palabre::broker::simulation

/// simulate FIRST COUNT: runs so many seeds, prints each breach with its seed and, of a single one, all that
/// happens. Ends with 1 when there was a breach.
int main(int argc, char** argv) {
  if (argc == 3) return palabre::broker::simulation::simulate(std::stoull(argv[1]), std::stoull(argv[2]));
  std::fputs("usage: simulate FIRST COUNT\n", stderr);
  return 2;
}
