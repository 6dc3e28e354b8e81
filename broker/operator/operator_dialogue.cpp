#include "broker/operator/operator_dialogue.hpp"

#include <vector>

#include "schema/limits.hpp"
#include "schema/text.hpp"

namespace palabre::broker {
namespace {

constexpr std::string_view kDone = "done\n";
constexpr std::string_view kRefused = "refused\n";

static_assert(kOperatorRequestBytesMax > limits::kReasonBytesMax + limits::kNameBytesMax + 16);

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  for (auto tab = line.find('\t'); tab != std::string_view::npos; tab = line.find('\t')) {
    words.emplace_back(line.substr(0, tab));
    line.remove_prefix(tab + 1);
  }
  words.emplace_back(line);
  return words;
}

/// Puts each kind of order into words.
struct WordsOf {
  std::string operator()(const order::Ban& ban) const { return "ban\t" + ban.name + "\t" + ban.reason; }
  std::string operator()(const order::Unban& unban) const { return "unban\t" + unban.name; }
  std::string operator()(const order::Add& add) const {
    return "add\t" + add.name + "\t" + palabre::text_of(add.key);
  }
  std::string operator()(const order::Rebind& rebind) const {
    return "rebind\t" + rebind.name + "\t" + palabre::text_of(rebind.key);
  }
  std::string operator()(const order::Rename& rename) const {
    return "rename\t" + rename.name + "\t" + rename.next;
  }
};

std::optional<OperatorRequest> request_of(const std::vector<std::string>& words) {
  const auto is = [&words](std::string_view verb, std::size_t size) {
    return words.front() == verb && words.size() == size;
  };
  if (is("list", 1)) return Listing{};
  if (is("ban", 3)) return Order(order::Ban{words[1], words[2]});
  if (is("unban", 2)) return Order(order::Unban{words[1]});
  if (is("add", 3)) return Order(order::Add{words[1], read_key(words[2]).value_or("")});
  if (is("rebind", 3)) return Order(order::Rebind{words[1], read_key(words[2]).value_or("")});
  if (is("rename", 3)) return Order(order::Rename{words[1], words[2]});
  return std::nullopt;
}

bool is_reason(const std::string& text) {
  return text.find_first_of("\n\t") == std::string::npos && !refuse_reason(text);
}

std::optional<std::string> object(const Order& order) {
  const auto& name = std::visit([](const auto& one) -> const std::string& { return one.name; }, order);
  const auto* rename = std::get_if<order::Rename>(&order);
  if (!is_name(name) || (rename != nullptr && !is_name(rename->next)))
    return refuse(RefusalCode::bad_name).text;
  const auto* ban = std::get_if<order::Ban>(&order);
  if (ban != nullptr && !is_reason(ban->reason))
    return "a reason is one line of at most " + std::to_string(limits::kReasonBytesMax) + " bytes";
  const auto* add = std::get_if<order::Add>(&order);
  const auto* rebind = std::get_if<order::Rebind>(&order);
  const bool lacks_key = (add != nullptr && add->key.empty()) || (rebind != nullptr && rebind->key.empty());
  if (lacks_key) return "a key has 43 characters, as 'palabre keygen' prints it";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> objection_to(const OperatorRequest& request) {
  const auto* order = std::get_if<Order>(&request);
  return order == nullptr ? std::nullopt : object(*order);
}

std::string text_of(const OperatorRequest& request) {
  const auto* order = std::get_if<Order>(&request);
  return order == nullptr ? "list" : std::visit(WordsOf{}, *order);
}

std::optional<OperatorRequest> read_operator_request(std::string_view line) {
  auto request = request_of(words_of(line));
  if (!request || objection_to(*request)) return std::nullopt;
  return request;
}

std::string text_of(const OperatorAnswer& answer) {
  return std::string(answer.is_done ? kDone : kRefused) + answer.text;
}

std::optional<OperatorAnswer> read_operator_answer(std::string_view text) {
  if (text.starts_with(kDone)) return OperatorAnswer{true, std::string(text.substr(kDone.size()))};
  if (text.starts_with(kRefused)) return OperatorAnswer{false, std::string(text.substr(kRefused.size()))};
  return std::nullopt;
}

}  // namespace palabre::broker
