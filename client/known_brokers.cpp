#include "client/known_brokers.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "client/identity.hpp"
#include "schema/invitation.hpp"
#include "schema/secret_file.hpp"

namespace palabre {
namespace {

constexpr const char* kFirstLine =
    "# Keys of the brokers this user was invited to, see palabre --help. HOST:PORT KEY\n";

bool is_loopback(std::string_view place) {
  const auto host = place.substr(0, place.rfind(':'));
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

/// The invitation that was left last: a broker that was killed may have left another before, elsewhere.
std::optional<KnownKey> left_on_this_machine(const std::string& place) {
  const auto port = static_cast<std::uint16_t>(std::stoul(place.substr(place.rfind(':') + 1)));
  std::optional<KnownKey> newest;
  std::filesystem::file_time_type newest_at;
  for (const auto& file : local_invitation_files(port)) {
    std::error_code gone;
    const auto left_at = std::filesystem::last_write_time(file, gone);
    if (gone || (newest && left_at <= newest_at)) continue;
    std::string line;
    if (std::ifstream stream(file); !stream || !std::getline(stream, line)) continue;
    const auto invitation = read_invitation(line);
    if (!invitation) continue;
    newest = KnownKey{invitation->broker, file.string() + ":1"};
    newest_at = left_at;
  }
  return newest;
}

}  // namespace

std::optional<KnownKey> KnownBrokers::find(const std::string& place) const {
  std::ifstream stream(file_);
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    std::istringstream words(line);
    std::string name;
    std::string text;
    words >> name >> text;
    if (name != place) continue;
    const auto origin = file_.string() + ":" + std::to_string(number);
    if (auto key = read_key(text)) return KnownKey{*key, origin};
    throw std::runtime_error(origin + " holds no key");
  }
  if (std::error_code ignored; stream.bad() || (!stream.is_open() && std::filesystem::exists(file_, ignored)))
    throw std::runtime_error("cannot read " + file_.string());
  return std::nullopt;
}

KnownKey KnownBrokers::remember(const std::string& place, const CurveKey& key) const {
  if (auto known = find(place)) {
    if (known->key == key) return *known;
    throw std::runtime_error("the invitation names another key for " + place + " than " + known->origin +
                             ". If the broker has got a new one, take that line away");
  }
  std::ostringstream content;
  if (std::ifstream before(file_); before && before.peek() != std::ifstream::traits_type::eof()) {
    content << before.rdbuf();
  } else {
    content << kFirstLine;
  }
  content << place << ' ' << text_of(key) << '\n';
  replace_file(file_, content.str());
  return find(place).value();
}

KnownBrokers known_brokers() { return KnownBrokers(identities_directory().parent_path() / "brokers"); }

Trusted find_key(const TalkAddress& address, const KnownBrokers& known) {
  const auto place = address.text.substr(address.text.find("//") + 2);
  std::optional<KnownKey> found;
  if (!address.broker.empty()) {
    found = known.remember(place, address.broker);
  } else {
    if (is_loopback(place)) found = left_on_this_machine(place);
    if (!found) found = known.find(place);
  }
  if (!found) return {address.text, address.text, ""};
  return {text_of(Invitation{place, found->key, address.code}), address.text, found->origin};
}

}  // namespace palabre
