#include "broker/invitations.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <system_error>

#include "schema/secret_file.hpp"

namespace palabre::broker {
namespace {

namespace fs = std::filesystem;

/// The first address of this machine that is none of its own loopback; localhost when there is none.
std::string own_address() {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return "localhost";
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(all, ::freeifaddrs);
  for (const auto* one = all; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) continue;
    if ((one->ifa_flags & IFF_LOOPBACK) != 0 || (one->ifa_flags & IFF_UP) == 0) continue;
    std::array<char, INET_ADDRSTRLEN> text{};
    const auto* address = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
    if (::inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size()) != nullptr) return text.data();
  }
  return "localhost";
}

fs::path secret_file(const fs::path& data_dir) { return data_dir / "palabre.key"; }

/// The first folder of those where clients look that exists or can be made.
fs::path place_for(std::uint16_t talk_port) {
  for (const auto& file : local_invitation_files(talk_port)) {
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    if (!error && ::access(file.parent_path().c_str(), W_OK) == 0) return file;
  }
  return {};
}

}  // namespace

bool has_broker_secret(const fs::path& data_dir) {
  std::error_code ignored;
  return fs::exists(secret_file(data_dir), ignored);
}

CurveKey broker_secret(const fs::path& data_dir) {
  const auto path = secret_file(data_dir);
  const auto text = kept_secret(path, [] { return palabre::text_of(make_key_pair().secret); });
  if (auto key = read_key(text)) return *key;
  throw std::runtime_error(path.string() + " holds no key");
}

std::string place_to_dial(const std::string& endpoint) {
  auto place = endpoint.substr(endpoint.find("//") + 2);
  const auto port = place.substr(place.rfind(':'));
  const auto host = place.substr(0, place.rfind(':'));
  return (host == "0.0.0.0" || host == "[::]" ? own_address() : host) + port;
}

LocalInvitation::LocalInvitation(std::uint16_t talk_port, const std::string& invitation)
    : file_(place_for(talk_port)) {
  if (file_.empty()) return;
  try {
    if (invitation.empty()) {
      fs::remove(file_);
    } else {
      replace_file(file_, invitation + "\n", FileReaders::everybody);
    }
  } catch (const std::exception&) {
    file_.clear();
  }
}

LocalInvitation::~LocalInvitation() {
  std::error_code ignored;
  if (!file_.empty()) fs::remove(file_, ignored);
}

}  // namespace palabre::broker
