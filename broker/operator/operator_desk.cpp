#include "broker/operator/operator_desk.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include "broker/operator/operator_answer.hpp"
#include "broker/threads/named_thread.hpp"

namespace palabre::broker {
namespace {

constexpr auto kPatience = std::chrono::seconds(1);
constexpr int kPauseMs = 100;
// The recorder's queue may be long and the disk slow.
constexpr auto kDecisionPatience = std::chrono::seconds(10);

Deadline after(std::chrono::seconds time) { return std::chrono::steady_clock::now() + time; }

}  // namespace

OperatorDesk::OperatorDesk(std::filesystem::path data_dir, Tools tools)
    : data_dir_(std::move(data_dir)), tools_(tools), listening_(listen_for_operator(data_dir_)) {}

void OperatorDesk::start() {
  thread_ = start_thread("operator", [this] { run(); });
}

void OperatorDesk::finish() {
  if (!thread_.joinable()) return;
  has_ended_ = true;
  stop_.ring();
  thread_.join();
  stop_listening_for_operator(data_dir_);
}

void OperatorDesk::run() {
  std::array<pollfd, 2> waited{pollfd{listening_.get(), POLLIN, 0}, pollfd{stop_.descriptor(), POLLIN, 0}};
  while (!has_ended_) {
    if (::poll(waited.data(), waited.size(), -1) <= 0 || has_ended_) continue;
    if (const auto caller = accept_operator(listening_)) {
      serve(caller);
    } else {
      // One who may not speak, or a system without a descriptor: neither shall keep a processor busy.
      (void)::poll(&waited[1], 1, kPauseMs);
    }
  }
}

void OperatorDesk::serve(const OwnedDescriptor& caller) {
  const auto line = read_line(caller, kOperatorRequestBytesMax, after(kPatience));
  if (!line) return;
  const auto request = read_operator_request(*line);
  const Authority authority{[this](Order order) { return decide(std::move(order)); },
                            [this] { return tools_.board.with([](const auto& newest) { return newest; }); },
                            tools_.is_encrypted};
  const auto answer = request
                          ? answer_to(*request, authority)
                          : OperatorAnswer{false, "the broker that is running does not know this command"};
  // Who does not listen has been served all the same.
  (void)write_all(caller, text_of(answer), after(kPatience));
}

effect::Ruling OperatorDesk::decide(Order order) {
  last_order_ = last_order_.next();
  tools_.recorder.push(command::Operate{last_order_, std::move(order)});
  const auto deadline = after(kDecisionPatience);
  std::vector<effect::Ruling> rulings;
  while (std::chrono::steady_clock::now() < deadline && rulings_.drain_until(rulings, deadline)) {
    // One that came too late for whoever asked is nobody's.
    const auto ruling = std::ranges::find(rulings, last_order_, &effect::Ruling::order);
    if (ruling != rulings.end()) return std::move(*ruling);
  }
  return {.refusal = refuse(RefusalCode::busy,
                            "the broker is busy: whether it was done 'palabred identity list' will tell")};
}

}  // namespace palabre::broker
