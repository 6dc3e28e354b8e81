#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "tests/bench/load/options.hpp"
#include "tests/bench/load/tally.hpp"

namespace palabre::bench {

/// How one subscriber of palabre reads the batches of a room; all kinds see every gap and every repeat.
class BatchReader {
 public:
  BatchReader() = default;
  BatchReader(const BatchReader&) = delete;
  BatchReader& operator=(const BatchReader&) = delete;
  virtual ~BatchReader() = default;

  /// Takes a batch of `size` bytes of which the first are there; returns false when more of it is needed.
  virtual bool take(std::string_view body, std::size_t size) = 0;
};

/// What Options::check says; a delay takes each text at least.
[[nodiscard]] std::unique_ptr<BatchReader> make_batch_reader(const Options& options, Tally& tally);

}  // namespace palabre::bench
