#include "client/server_address.hpp"

#include <gmock/gmock.h>

#include "schema/invitation.hpp"

namespace palabre {
namespace {

using testing::HasSubstr;

std::string address_of(std::string_view server) {
  const auto read = read_server(server);
  if (const auto* bad = std::get_if<BadAddress>(&read)) return bad->sentence;
  return std::get<TalkAddress>(read).text;
}

TEST(ServerAddress, takes_a_whole_address_a_host_with_port_or_a_host) {
  EXPECT_EQ(address_of("tcp://10.0.0.1:9000"), "tcp://10.0.0.1:9000");
  EXPECT_EQ(address_of("10.0.0.1:9000"), "tcp://10.0.0.1:9000");
  EXPECT_EQ(address_of("broker.lan"), "tcp://broker.lan:8420");
  EXPECT_EQ(address_of("tcp://broker.lan"), "tcp://broker.lan:8420");
}

TEST(ServerAddress, takes_ipv6_with_and_without_brackets) {
  EXPECT_EQ(address_of("[::1]:9000"), "tcp://[::1]:9000");
  EXPECT_EQ(address_of("[::1]"), "tcp://[::1]:8420");
  EXPECT_EQ(address_of("::1"), "tcp://[::1]:8420");
}

TEST(ServerAddress, takes_an_invitation_with_the_brokers_key_and_perhaps_a_code) {
  const CurveKey key(kKeyBytes, 'k');
  const auto read = [](const std::string& text) { return std::get<TalkAddress>(read_server(text)); };
  const auto plain = read("palabre://10.0.0.1:9000#" + text_of(key));
  EXPECT_EQ(plain.text, "tcp://10.0.0.1:9000");
  EXPECT_EQ(plain.broker, key);
  EXPECT_EQ(plain.code, "");
  EXPECT_EQ(read("palabre://10.0.0.1:9000#" + text_of(key) + ".code").code, "code");
  EXPECT_EQ(read(text_of(Invitation{"broker.lan", key, "x"})).text, "tcp://broker.lan:8420");
  EXPECT_EQ(read("10.0.0.1").broker, "");
}

TEST(ServerAddress, takes_no_invitation_with_a_character_missing) {
  const auto whole = "palabre://host:1#" + text_of(CurveKey(kKeyBytes, 'k'));
  for (auto cut = whole; cut.size() > std::string("palabre://").size(); cut.pop_back()) {
    EXPECT_EQ(std::holds_alternative<TalkAddress>(read_server(cut)), cut == whole) << cut;
  }
}

TEST(ServerAddress, says_why_it_takes_nothing_else) {
  EXPECT_THAT(address_of("palabre://abc"), HasSubstr("palabre://HOST:PORT#KEY"));
  EXPECT_THAT(address_of("http://host"), HasSubstr("only tcp://"));
  EXPECT_THAT(address_of("host:0"), HasSubstr("port"));
  EXPECT_THAT(address_of("host:65536"), HasSubstr("port"));
  EXPECT_THAT(address_of("host:"), HasSubstr("port"));
  EXPECT_THAT(address_of("host:84x"), HasSubstr("port"));
  EXPECT_THAT(address_of(""), HasSubstr("write tcp://"));
  EXPECT_THAT(address_of("tcp://:8420"), HasSubstr("write tcp://"));
  EXPECT_THAT(address_of("a b"), HasSubstr("write tcp://"));
  EXPECT_THAT(address_of("[::1"), HasSubstr("write tcp://"));
  EXPECT_THAT(address_of("[::1]x"), HasSubstr("write tcp://"));
  EXPECT_THAT(address_of("::1]2"), HasSubstr("write tcp://"));
}

}  // namespace
}  // namespace palabre
