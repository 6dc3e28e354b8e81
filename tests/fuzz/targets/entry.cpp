#include <cstddef>
#include <cstdint>

#include "tests/fuzz/targets/target.hpp"

// The name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  palabre::fuzz::take({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
