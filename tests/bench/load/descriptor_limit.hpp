#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <cstddef>

namespace palabre::bench {

/// As many descriptors as a load needs for its connections, and some, if the system lets it have them.
inline void raise_descriptor_limit(std::size_t connections) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, connections + 64);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace palabre::bench
