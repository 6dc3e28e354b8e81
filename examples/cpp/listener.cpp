// Prints every message of a room, once and in order.
//
// usage: example_listener ADDRESS NAME ROOM [FROM]     example_listener tcp://127.0.0.1:8420 bob lobby 1
//
// ADDRESS is an invitation, palabre://…, where the broker is encrypted. FROM is the first sequence wanted;
// without it only what is posted from now on is printed.

#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <string>

#include "client/client.hpp"
#include "client/identity.hpp"
#include "client/visible_text.hpp"
#include "schema/text.hpp"

using namespace std::chrono_literals;

namespace {

int fail(const std::string& why) {
  std::cerr << "listener: " << why << '\n';
  return EXIT_FAILURE;
}

void print(const palabre::event::Message& message) {
  std::cout << message.sequence.value << "  #" << message.client.value << ' ' << message.name << "  "
            << palabre::visible_line(message.text) << std::endl;
}

int listen(palabre::Client& client, const std::string& room, std::optional<palabre::Sequence> from) {
  const auto welcome = client.connect(5s);
  if (const auto* problem = std::get_if<palabre::Problem>(&welcome)) return fail(problem->text);
  const auto followed = client.follow(room, from, 5s);
  if (const auto* problem = std::get_if<palabre::Problem>(&followed)) return fail(problem->text);

  for (;;) {
    const auto event = client.next_event(1h);
    if (!event) continue;
    if (const auto* message = std::get_if<palabre::event::Message>(&*event)) print(*message);
    const auto* link = std::get_if<palabre::event::Link>(&*event);
    if (link != nullptr) std::cerr << "listener: " << link->text << '\n';
    if (link != nullptr && link->state == palabre::event::LinkState::refused) return EXIT_FAILURE;
  }
}

int run(int argc, char** argv) {
  if (argc < 4 || argc > 5) return fail("usage: example_listener ADDRESS NAME ROOM [FROM]");
  const std::string name = argv[2];
  if (!palabre::is_name(name))
    return fail(name + " is no name: 2 to 24 of a-z 0-9 _ -, beginning with a letter");
  // Where the connection is encrypted the key proves the name, otherwise the token does.
  const auto directory = palabre::identities_directory();
  palabre::Client client({.server = argv[1],
                          .name = name,
                          .token = palabre::identity_token(directory, name),
                          .secret_key = palabre::identity_key(directory, name)});

  std::optional<palabre::Sequence> from;
  if (argc == 5) from = palabre::Sequence{std::strtoull(argv[4], nullptr, 10)};
  return listen(client, argv[3], from);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {  // no place for the identity's token, no descriptors left
    return fail(error.what());
  }
}
