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
    "# Keys of the brokers this user was invited to, see palabre --help. HOST:PORT KEY";

std::string place_of(std::string_view talk_address) {
  return std::string(talk_address.substr(talk_address.find("//") + 2));
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

std::optional<KnownKey> KnownBrokers::find_invited(const std::string& place, const CurveKey& key) const {
  auto known = find(place);
  if (!known || known->key == key) return known;
  throw std::runtime_error("the invitation names another key for " + place + " than " + known->origin +
                           ". If the broker has got a new one, take that line away");
}

void KnownBrokers::remember(const std::string& place, const CurveKey& key) const {
  if (find_invited(place, key)) return;
  append_line(file_, place + ' ' + text_of(key), kFirstLine);
  static_cast<void>(find_invited(place, key));  // the first of two lines counts, and it may be another's
}

KnownBrokers known_brokers() { return KnownBrokers(identities_directory().parent_path() / "brokers"); }

Trusted find_key(const TalkAddress& address, const KnownBrokers& known) {
  const auto place = place_of(address.text);
  const bool is_invited = !address.broker.empty();
  auto found = is_invited ? known.find_invited(place, address.broker) : known.find(place);
  const bool is_first_time = is_invited && !found;
  if (is_first_time) found = KnownKey{address.broker, "the invitation"};
  if (!found && is_on_this_machine(address.text)) found = left_on_this_machine(place);
  if (!found) return {address.text, address.text, "", {}};
  return {text_of(Invitation{place, found->key, address.code}), address.text, found->origin,
          is_first_time ? address.broker : CurveKey{}};
}

void accept_invitation(const Trusted& trusted, const KnownBrokers& known) {
  if (!trusted.to_remember.empty()) known.remember(place_of(trusted.talk_address), trusted.to_remember);
}

bool is_on_this_machine(std::string_view talk_address) {
  const auto place = place_of(talk_address);
  const auto host = place.substr(0, place.rfind(':'));
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

}  // namespace palabre
