#include "broker/reach.hpp"

#include <arpa/inet.h>

namespace palabre::broker {

Reach reach_of(const std::string& address) {
  in_addr four{};
  if (inet_pton(AF_INET, address.c_str(), &four) == 1) {
    return (ntohl(four.s_addr) >> 24) == 127 ? Reach::loopback : Reach::network;
  }
  in6_addr six{};
  if (inet_pton(AF_INET6, address.c_str(), &six) != 1) return Reach::not_an_address;
  return IN6_IS_ADDR_LOOPBACK(&six) ? Reach::loopback : Reach::network;
}

}  // namespace palabre::broker
