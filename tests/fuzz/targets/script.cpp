#include "tests/fuzz/targets/script.hpp"

#include <algorithm>

namespace palabre::fuzz {

std::size_t Script::number(std::size_t count) {
  if (rest_.empty()) return 0;
  const std::size_t byte = static_cast<unsigned char>(rest_.front());
  rest_.remove_prefix(1);
  return byte % count;
}

std::string Script::text() {
  const auto size = std::min(number(256), rest_.size());
  std::string text(rest_.substr(0, size));
  rest_.remove_prefix(size);
  return text;
}

request::Hello Script::hello() {
  const auto who = std::to_string(number(4));
  const auto whose_token = number(8) == 0 ? std::string("else") : who;
  return {.name = "peer-" + who, .token = "the-token-of-peer-" + whose_token, .run = {number(3)}};
}

request::Post Script::post() {
  request::Post post{.room = room(), .outbox = {1 + number(3)}, .counter = {1 + number(16)}, .texts = {}};
  const auto count = 1 + number(4);
  for (std::size_t i = 0; i < count; ++i) post.texts.push_back(text());
  return post;
}

Request Script::request() {
  switch (number(13)) {
    case 0:
    case 1: return hello();
    case 2: return post();
    case 3: return request::Join{room()};
    case 4: return request::Leave{room()};
    case 5: return request::History{room(), Sequence{number(32)}, {}, number(256)};
    case 6: return request::Row{{static_cast<std::uint32_t>(number(8))}, {1}, number(256)};
    case 7: return request::Who{{static_cast<std::uint32_t>(number(8))}, number(8), room()};
    case 8: return request::Heads{};
    case 9: return request::Rooms{};
    case 10: return request::Ping{};
    case 11: return request::Whois{"peer-" + std::to_string(number(8))};
    default: return request::Goodbye{};
  }
}

}  // namespace palabre::fuzz
