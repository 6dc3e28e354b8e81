#include "broker/transport/listen_filter.hpp"

#include <linux/filter.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdint>

namespace palabre::broker {
namespace {

constexpr std::uint32_t kDrop = 0;
constexpr std::uint32_t kTakeAll = 0xffffffff;

// Where the IP header has what we want: its version, and the source in each of the two.
constexpr auto kHeader = static_cast<std::uint32_t>(SKF_NET_OFF);
constexpr std::uint32_t kSourceOfFour = kHeader + 12;
constexpr std::uint32_t kSourceOfSix = kHeader + 8;

constexpr std::size_t kWordsOfSix = 4;

sock_filter load_word(std::uint32_t offset) { return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset); }
sock_filter answer(std::uint32_t bytes) { return BPF_STMT(BPF_RET | BPF_K, bytes); }
/// Goes on behind the next `skipped` when the loaded word is another.
sock_filter unless_equal(std::uint32_t word, std::uint8_t skipped) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, word, 0, skipped);
}

std::uint32_t word_of(const PeerAddress& address, std::size_t place) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < sizeof word; ++i) word = word << 8U | address[sizeof word * place + i];
  return word;
}

void add_four(const PeerAddress& address, std::vector<sock_filter>& program) {
  program.push_back(unless_equal(word_of(address, kWordsOfSix - 1), 1));
  program.push_back(answer(kDrop));
}

void add_six(const PeerAddress& address, std::vector<sock_filter>& program) {
  for (std::size_t place = 0; place < kWordsOfSix; ++place) {
    program.push_back(load_word(kSourceOfSix + static_cast<std::uint32_t>(sizeof(std::uint32_t) * place)));
    // What is left of this address: two for each further word, and the answer.
    program.push_back(
        unless_equal(word_of(address, place), static_cast<std::uint8_t>(2 * (kWordsOfSix - 1 - place) + 1)));
  }
  program.push_back(answer(kDrop));
}

}  // namespace

std::vector<sock_filter> program_that_drops(std::span<const PeerAddress> addresses) {
  std::vector<sock_filter> fours{load_word(kSourceOfFour)};
  std::vector<sock_filter> sixes;
  for (const auto& address : addresses) {
    if (is_four_in_six(address)) {
      add_four(address, fours);
    } else {
      add_six(address, sixes);
    }
  }
  fours.push_back(answer(kTakeAll));
  sixes.push_back(answer(kTakeAll));

  std::vector<sock_filter> program{BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kHeader),
                                   BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 4), unless_equal(6, 1),
                                   BPF_STMT(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(fours.size()))};
  program.insert(program.end(), fours.begin(), fours.end());
  program.insert(program.end(), sixes.begin(), sixes.end());
  return program;
}

void ListenFilter::drop(std::span<const PeerAddress> addresses) const {
  int nothing = 0;
  auto program = program_that_drops(addresses.first(std::min(addresses.size(), kAddressesMax)));
  const sock_fprog attached{static_cast<unsigned short>(program.size()), program.data()};
  for (const int socket : listening_) {
    if (addresses.empty()) {
      ::setsockopt(socket, SOL_SOCKET, SO_DETACH_FILTER, &nothing, sizeof nothing);
    } else {
      ::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &attached, sizeof attached);
    }
  }
}

void ListenFilter::spare(const TcpConnection& accepted) {
  // Should the descriptor belong to another connection by now, that one is to be spared, too.
  int nothing = 0;
  ::setsockopt(accepted.descriptor, SOL_SOCKET, SO_DETACH_FILTER, &nothing, sizeof nothing);
}

}  // namespace palabre::broker
