#include "schema/codec.hpp"
#include "tests/fuzz/targets/target.hpp"

// A request from any bytes: what is taken keeps its meaning when it is written and read again.
void palabre::fuzz::take(std::string_view input) {
  const auto decoded = decode_request(input);
  demand(request_id_of(input) == decoded.id, "its number is the same without the rest");
  if (!decoded.body) {
    demand(!decoded.body.refusal().text.empty(), "a refusal has a sentence");
    return;
  }
  const auto frame = encode(decoded.id, *decoded.body);
  const auto again = decode_request(frame);
  demand(again.id == decoded.id, "a request keeps its number");
  demand(again.body.ok(), "a request that was taken is taken again");
  demand(encode(again.id, *again.body) == frame, "a request keeps its meaning");
}
