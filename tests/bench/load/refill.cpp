#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/bench/load/msgpack_cursor.hpp"
#include "tests/bench/load/palabre_dialogue.hpp"
#include "tests/bench/load/poller.hpp"

/// Readers who were away: each asks for the lobby's history from its first message to its last, page by page.
namespace palabre::bench {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kPatience = 20 * kSecond;  // without any progress

/// What tells a page apart, and how far it reaches; nothing when it cannot be read.
struct ReplyHeader {
  std::string_view type;
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  std::uint64_t head = 0;
};

ReplyHeader read_reply(std::string_view frame) {
  MsgpackCursor cursor(frame);
  ReplyHeader header;
  for (auto keys = cursor.map(); keys > 0 && cursor.is_good() && header.head == 0; --keys) {
    const auto key = cursor.text();
    if (key == "type") {
      header.type = cursor.text();
    } else if (key == "first") {
      header.first = cursor.number();
    } else if (key == "count") {
      header.count = cursor.number();
    } else if (key == "head") {
      header.head = cursor.number();
    } else {
      cursor.skip();
    }
  }
  return cursor.is_good() ? header : ReplyHeader{};
}

class HistoryReader : public TalkDialogue<Dialogue> {
 public:
  HistoryReader(Tally& tally, std::size_t index)
      : TalkDialogue("reader-" + std::to_string(index)), tally_(tally) {}

  [[nodiscard]] bool is_ready() const override { return is_welcome_; }
  [[nodiscard]] bool has_all() const { return has_all_; }

  void ask(Connection& connection) {
    request::History history;
    history.room = kLobby;
    history.from = Sequence{next_};
    say(connection, history);
  }

 private:
  void take_reply(Connection& connection, std::string_view frame) override {
    const auto [type, first, count, head] = read_reply(frame);
    if (type == "welcome") {
      is_welcome_ = true;
    } else if (type != "page" || first != next_) {
      tally_.fail("palabre: no page from " + std::to_string(next_) + " but " + std::string(type));
    } else {
      next_ += count;
      tally_.delivered += count;
      has_all_ = next_ > head;
      if (!has_all_) ask(connection);
    }
  }

  Tally& tally_;
  std::uint64_t next_ = 1;
  bool is_welcome_ = false;
  bool has_all_ = false;
};

struct Reader {
  Reader(Tally& tally, std::size_t index, std::uint16_t port)
      : dialogue(tally, index), connection(port, Connection::Role::publisher, dialogue) {}

  HistoryReader dialogue;
  Connection connection;
};

template <class Condition>
void poll_until(Poller& poller, const Tally& tally, Condition condition) {
  auto seen = tally.delivered;
  for (auto deadline = now_ns() + kPatience; !condition(); seen = tally.delivered) {
    poller.poll(kSecond / 100);
    if (!tally.failure.empty()) throw std::runtime_error(tally.failure);
    if (tally.delivered != seen) deadline = now_ns() + kPatience;
    if (now_ns() > deadline) throw std::runtime_error("the next page did not come");
  }
}

nlohmann::ordered_json measure(std::uint16_t port, std::size_t count) {
  Tally tally;
  Poller poller(tally);
  std::vector<std::unique_ptr<Reader>> readers;
  for (std::size_t i = 0; i < count; ++i) {
    readers.push_back(std::make_unique<Reader>(tally, i, port));
    poller.add(readers.back()->connection);
  }
  const auto all = [&](auto question) {
    return [&readers, question] {
      return std::ranges::all_of(readers, [&](const auto& reader) { return (reader->dialogue.*question)(); });
    };
  };
  poll_until(poller, tally, all(&HistoryReader::is_ready));
  const auto began = now_ns();
  for (auto& reader : readers) {
    reader->dialogue.ask(reader->connection);
    poller.flush(reader->connection);
  }
  poll_until(poller, tally, all(&HistoryReader::has_all));
  const auto seconds = static_cast<double>(now_ns() - began) / 1e9;
  return {{"seconds", seconds},
          {"messages", tally.delivered},
          {"messages_per_s", static_cast<double>(tally.delivered) / seconds},
          {"is_good", true}};
}

int run(std::uint16_t port, std::size_t readers) {
  nlohmann::ordered_json output;
  try {
    output = measure(port, readers);
  } catch (const std::exception& error) {
    output = {{"is_good", false}, {"failure", error.what()}};
  }
  std::printf("%s\n", output.dump(2).c_str());
  return output["is_good"] ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace palabre::bench

int main(int argc, char** argv) {
  CLI::App app("Reads the whole history of the lobby, page by page", "palabre_refill");
  std::uint16_t port = 8420;
  std::size_t readers = 1;
  app.add_option("--talk", port)->capture_default_str();
  app.add_option("--readers", readers, "Who read all of it at the same time")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return palabre::bench::run(port, readers);
}
