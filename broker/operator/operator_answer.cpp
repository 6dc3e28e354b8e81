#include "broker/operator/operator_answer.hpp"

#include <fmt/format.h>

#include "schema/fingerprint.hpp"

namespace palabre::broker {
namespace {

std::string fingerprint_or_dash(const CurveKey& key) { return key.empty() ? "-" : fingerprint_of(key); }

std::string line_of(const Directory& directory, ClientNumber number) {
  const auto& client = directory.at(number);
  auto line = fmt::format("#{} {}  {}", number.value, client.name, fingerprint_or_dash(client.key));
  const auto former = directory.former_names_of(number);
  if (!former.empty()) line += fmt::format("  was {}", fmt::join(former, ", "));
  if (!client.ban) return line;
  return line + (client.ban->empty() ? "  banned" : "  banned: " + *client.ban);
}

OperatorAnswer list(const Directory& directory) {
  std::string lines;
  for (ClientNumber client{1}; directory.has(client); client = client.next()) {
    if (!lines.empty()) lines += '\n';
    lines += line_of(directory, client);
  }
  return {true, lines};
}

/// Says what was done, in words for each kind of order.
struct Done {
  std::string who;  ///< name (#number)
  bool is_encrypted;

  std::string operator()(const order::Ban&) const {
    if (is_encrypted) return who + " is banned";
    return who +
           " is banned; but nothing is encrypted here, so the feed cannot be closed to anybody: "
           "what is said in rooms can still be heard";
  }
  std::string operator()(const order::Unban&) const { return who + " may come in again"; }
  std::string operator()(const order::Add& add) const {
    return who + " is registered, with the key " + fingerprint_of(add.key);
  }
  std::string operator()(const order::Rebind& rebind) const {
    return who + " is proven by another key now: " + fingerprint_of(rebind.key);
  }
  std::string operator()(const order::Rename& rename) const {
    return who + " was " + rename.name +
           " before; number, key and rooms stay, and so does the old name: it is "
           "given to nobody else";
  }
};

bool speaks_of_keys(const Order& order) {
  return std::holds_alternative<order::Add>(order) || std::holds_alternative<order::Rebind>(order);
}

}  // namespace

OperatorAnswer answer_to(const OperatorRequest& request, const Authority& authority) {
  const auto* order = std::get_if<Order>(&request);
  if (order == nullptr) return list(*authority.directory());
  if (speaks_of_keys(*order) && !authority.is_encrypted)
    return {false, "nothing is encrypted with security = \"open\", so a key proves nobody"};
  const auto ruling = authority.decide(*order);
  if (ruling.refusal) return {false, ruling.refusal->text};
  const auto who = fmt::format("{} (#{})", ruling.about.name, ruling.about.client.value);
  return {true, std::visit(Done{who, authority.is_encrypted}, *order)};
}

}  // namespace palabre::broker
