#include "schema/fingerprint.hpp"

#include <sodium.h>

#include <array>
#include <string_view>

namespace palabre {
namespace {

// One for each value of a byte. They are the page's (schema/README.md, section 14): people compare
// what different programs show.
constexpr std::array<std::string_view, 256> kWords{
    "acid",    "acorn",  "album",   "alley",   "amber",  "ankle",   "apple",  "apron",   "arena",  "arrow",
    "badge",   "baker",  "bamboo",  "banjo",   "barn",   "basil",   "basket", "beach",   "beaver", "bench",
    "bishop",  "bottle", "branch",  "bread",   "brick",  "bridge",  "brush",  "bucket",  "button", "cabin",
    "cactus",  "camel",  "candle",  "canoe",   "canyon", "carbon",  "carpet", "castle",  "cedar",  "chalk",
    "cherry",  "chess",  "circus",  "citrus",  "clay",   "cliff",   "clock",  "cloud",   "clover", "cobalt",
    "coffee",  "comet",  "copper",  "coral",   "cotton", "cradle",  "crane",  "crown",   "daisy",  "dance",
    "desert",  "diesel", "dinner",  "dolphin", "domino", "donkey",  "dragon", "drum",    "eagle",  "earth",
    "echo",    "elbow",  "ember",   "empire",  "engine", "envoy",   "fabric", "falcon",  "farmer", "feather",
    "fennel",  "ferry",  "fiddle",  "finger",  "flag",   "flame",   "flute",  "forest",  "fossil", "fox",
    "frost",   "galaxy", "garden",  "garlic",  "ghost",  "giant",   "ginger", "glacier", "glove",  "goat",
    "golf",    "grape",  "gravel",  "guitar",  "hammer", "harbor",  "harp",   "hawk",    "hazel",  "helmet",
    "heron",   "hobby",  "honey",   "hotel",   "hunter", "iceberg", "igloo",  "index",   "indigo", "ink",
    "insect",  "iris",   "island",  "ivory",   "jacket", "jaguar",  "jelly",  "jewel",   "judge",  "juice",
    "jungle",  "jury",   "kayak",   "kettle",  "kidney", "kiwi",    "knot",   "koala",   "ladder", "lagoon",
    "lamp",    "laser",  "lava",    "lemon",   "lentil", "letter",  "lily",   "linen",   "lizard", "lobster",
    "magnet",  "mango",  "maple",   "marble",  "market", "meadow",  "melon",  "metal",   "mirror", "mitten",
    "monkey",  "moss",   "motor",   "museum",  "napkin", "nectar",  "needle", "nickel",  "noodle", "nutmeg",
    "oasis",   "ocean",  "olive",   "onion",   "opera",  "orange",  "orbit",  "orchid",  "otter",  "oven",
    "oxygen",  "paddle", "panda",   "paper",   "parrot", "pebble",  "pencil", "pepper",  "piano",  "pigeon",
    "pillow",  "pilot",  "planet",  "plum",    "pocket", "poem",    "pond",   "potato",  "prism",  "puzzle",
    "quartz",  "quiver", "rabbit",  "radio",   "raft",   "raven",   "ribbon", "river",   "robin",  "rocket",
    "rose",    "ruby",   "saddle",  "salmon",  "sandal", "scarf",   "shadow", "silver",  "singer", "socket",
    "spider",  "sponge", "square",  "stone",   "sugar",  "summit",  "tablet", "tango",   "temple", "tennis",
    "thunder", "tiger",  "timber",  "tomato",  "tower",  "tulip",   "tunnel", "turtle",  "vacuum", "valley",
    "velvet",  "violin", "volcano", "voyage",  "waffle", "wagon",   "walnut", "walrus",  "whale",  "window",
    "winter",  "wizard", "wolf",    "yellow",  "zebra",  "zinc"};

constexpr std::size_t kFingerprintWords = 8;

}  // namespace

std::string fingerprint_of(const CurveKey& key) {
  std::array<unsigned char, crypto_generichash_BYTES> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(key.data()), key.size(),
                     nullptr, 0);
  std::string words;
  for (std::size_t i = 0; i < kFingerprintWords; ++i) {
    if (!words.empty()) words += ' ';
    words += kWords[hash[i]];
  }
  return words;
}

}  // namespace palabre
