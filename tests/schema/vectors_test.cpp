#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "schema/codec.hpp"
#include "schema/fingerprint.hpp"
#include "schema/frames.hpp"

namespace palabre {
namespace {

using nlohmann::json;

json read_vectors(const std::string& name) {
  std::ifstream file(std::string(PALABRE_SOURCE_DIR) + "/schema/vectors/" + name + ".json");
  return json::parse(file);
}

/// Runs of hexadecimal digits separated by blanks; "61*300" repeats a run.
Bytes bytes_of(const std::string& notation) {
  Bytes bytes;
  std::istringstream runs(notation);
  for (std::string run; runs >> run;) {
    const auto star = run.find('*');
    const auto digits = run.substr(0, star);
    const auto times = star == std::string::npos ? 1 : std::stoul(run.substr(star + 1));
    Bytes once;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
      once.push_back(static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16)));
    }
    for (unsigned long i = 0; i < times; ++i) bytes += once;
  }
  return bytes;
}

/// Decodes a frame into our structs and writes them out again; nothing when it was refused.
std::optional<Bytes> decode_and_encode(const std::string& side, const Bytes& frame) {
  const auto again = [](const auto& decoded) -> std::optional<Bytes> {
    return decoded ? std::optional(encode(*decoded)) : std::nullopt;
  };
  if (side == "batch") return again(decode_batch(frame));
  if (side == "tick") return again(decode_tick(frame));
  if (side == "notice") return again(decode_notice(frame));
  if (side == "reply") {
    const auto reply = decode_reply(frame);
    return reply ? std::optional(encode(reply->id, reply->body)) : std::nullopt;
  }
  const auto request = decode_request(frame);
  return request.body ? std::optional(encode(request.id, *request.body)) : std::nullopt;
}

class GoldenVectors : public testing::TestWithParam<const char*> {};

TEST_P(GoldenVectors, decode_and_encode_back_to_the_same_bytes) {
  const auto vectors = read_vectors(GetParam());
  ASSERT_FALSE(vectors.empty());
  for (const auto& vector : vectors) {
    const auto frame = bytes_of(vector.at("hex"));
    const auto again = decode_and_encode(vector.at("side"), frame);
    ASSERT_TRUE(again.has_value()) << vector.at("name");
    EXPECT_EQ(*again, frame) << vector.at("name");
  }
}

INSTANTIATE_TEST_SUITE_P(AllSides, GoldenVectors, testing::Values("requests", "replies", "feed"),
                         [](const auto& file) { return std::string(file.param); });

TEST(ToleratedVectors, mean_what_their_canonical_form_means) {
  const auto vectors = read_vectors("tolerated");
  ASSERT_FALSE(vectors.empty());
  for (const auto& vector : vectors) {
    const auto again = decode_and_encode(vector.at("side"), bytes_of(vector.at("hex")));
    ASSERT_TRUE(again.has_value()) << vector.at("name");
    EXPECT_EQ(*again, bytes_of(vector.at("canonical"))) << vector.at("name");
  }
}

TEST(MalformedVectors, are_refused_for_the_reason_they_name) {
  const auto vectors = read_vectors("malformed");
  ASSERT_FALSE(vectors.empty());
  for (const auto& vector : vectors) {
    const auto decoded = decode_request(bytes_of(vector.at("hex")));
    ASSERT_FALSE(decoded.body.ok()) << vector.at("name");
    EXPECT_EQ(name_of(decoded.body.refusal().code), vector.at("reason").get<std::string>())
        << vector.at("name");
    EXPECT_EQ(decoded.id.value, vector.at("request").get<std::uint64_t>()) << vector.at("name");
    EXPECT_EQ(request_id_of(bytes_of(vector.at("hex"))), decoded.id) << vector.at("name");
  }
}

TEST(FingerprintVectors, are_what_the_page_says) {
  const auto vectors = read_vectors("fingerprints");
  ASSERT_FALSE(vectors.empty());
  for (const auto& vector : vectors) {
    const auto key = read_key(vector.at("key").get<std::string>());
    ASSERT_TRUE(key.has_value()) << vector.at("name");
    EXPECT_EQ(fingerprint_of(*key), vector.at("words").get<std::string>()) << vector.at("name");
  }
}

TEST(GoldenVectors, are_refused_when_a_byte_is_missing_or_added) {
  for (const auto& vector : read_vectors("requests")) {
    const auto frame = bytes_of(vector.at("hex"));
    for (std::size_t length = 0; length < frame.size(); ++length) {
      const auto decoded = decode_request(frame.substr(0, length));
      EXPECT_FALSE(decoded.body.ok()) << vector.at("name") << " cut to " << length;
      EXPECT_EQ(request_id_of(frame.substr(0, length)), decoded.id) << vector.at("name");
    }
    EXPECT_EQ(request_id_of(frame), decode_request(frame).id) << vector.at("name");
    EXPECT_FALSE(decode_request(frame + '\0').body.ok()) << vector.at("name");
  }
}

}  // namespace
}  // namespace palabre
