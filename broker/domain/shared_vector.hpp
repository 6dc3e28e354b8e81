#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace palabre::broker {

/// A vector whose copies share what they have in common: a copy costs a pointer for every chunk of elements,
/// and a change copies one chunk. Copies may be read on other threads while a newer one is changed, as long
/// as each is changed under an edition of its own, and only before others see it.
///
///   edition 7   [ chunk a ][ chunk b ][ chunk c ]
///                    │  ╲       │
///   edition 8        │   [ b' ] │        one element of b is another one
///               [ a ]────┘  └─[ c ]
template <class T>
class SharedVector {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  /// Requires index < size().
  [[nodiscard]] const T& operator[](std::size_t index) const {
    static const T kUntouched{};
    const auto* chunk = chunks_[index / kChunk].get();
    return chunk == nullptr ? kUntouched : chunk->elements[index % kChunk];
  }

  /// Grows by value-initialised elements, which take no memory until they are changed.
  void grow(std::size_t size) {
    size_ = size;
    chunks_.resize((size + kChunk - 1) / kChunk);
  }

  /// The element, in a chunk that only this copy has. Requires index < size().
  T& change(std::size_t index, std::uint64_t edition) {
    auto& chunk = chunks_[index / kChunk];
    if (!chunk) {
      chunk = std::make_shared<Chunk>();
    } else if (chunk->edition != edition) {
      chunk = std::make_shared<Chunk>(*chunk);
    }
    chunk->edition = edition;
    return chunk->elements[index % kChunk];
  }

 private:
  static constexpr std::size_t kChunk = 64;
  struct Chunk {
    std::uint64_t edition = 0;
    std::array<T, kChunk> elements{};
  };

  std::vector<std::shared_ptr<Chunk>> chunks_;  ///< none: untouched
  std::size_t size_ = 0;
};

}  // namespace palabre::broker
