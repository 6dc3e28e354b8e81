#include "client/cli/exec.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <vector>

#include "client/time_text.hpp"
#include "schema/limits.hpp"

extern char** environ;

namespace palabre::cli {
namespace {

std::vector<std::string> variables_of(const event::Message& message) {
  const auto variable = [](std::string_view key, const std::string& value) {
    return "PALABRE_MESSAGE_" + std::string(key) + "=" + value;
  };
  return {variable("ROOM", message.room),
          variable("SEQUENCE", std::to_string(message.sequence.value)),
          variable("EPOCH", message.epoch),
          variable("CLIENT", std::to_string(message.client.value)),
          variable("NAME", message.name),
          variable("COLUMN", std::to_string(message.column.value)),
          variable("AT", utc_text(message.at)),
          variable("TEXT", message.text),
          variable("REPLAY", message.is_replay ? "true" : "false")};
}

/// What a child inherits beside its variables: the text as standard input, and signals as they usually are.
class ChildSetup {
 public:
  explicit ChildSetup(int input) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    posix_spawnattr_init(&attributes_);
    sigset_t usual;
    sigemptyset(&usual);
    for (const int signal : {SIGPIPE, SIGINT, SIGTERM}) sigaddset(&usual, signal);
    posix_spawnattr_setsigdefault(&attributes_, &usual);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF);
  }
  ~ChildSetup() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  ChildSetup(const ChildSetup&) = delete;
  ChildSetup& operator=(const ChildSetup&) = delete;

  [[nodiscard]] int spawn_shell(pid_t& child, const std::string& command,
                                std::vector<std::string> variables) const {
    std::vector<char*> environment;
    for (auto& variable : variables) environment.push_back(variable.data());
    for (char** inherited = environ; *inherited != nullptr; ++inherited) environment.push_back(*inherited);
    environment.push_back(nullptr);
    std::array<std::string, 3> words{"sh", "-c", command};
    std::array<char*, 4> arguments{words[0].data(), words[1].data(), words[2].data(), nullptr};
    return ::posix_spawn(&child, "/bin/sh", &actions_, &attributes_, arguments.data(), environment.data());
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

int run_command(const std::string& command, const event::Message& message) {
  static_assert(limits::kTextBytesMax <= 64 * 1024,
                "a text must fit a pipe, or writing it would wait for the child");
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return -1;
  const auto written = ::write(ends[1], message.text.data(), message.text.size());
  ::close(ends[1]);
  pid_t child = 0;
  const int error =
      written < 0 ? errno : ChildSetup(ends[0]).spawn_shell(child, command, variables_of(message));
  ::close(ends[0]);
  errno = error;
  return error == 0 ? wait_for(child) : -1;
}

}  // namespace palabre::cli
