#include "client/server_address.hpp"

#include <gmock/gmock.h>

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

TEST(ServerAddress, says_why_it_takes_nothing_else) {
  EXPECT_THAT(address_of("palabre://abc"), HasSubstr("encryption"));
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
}

}  // namespace
}  // namespace palabre
