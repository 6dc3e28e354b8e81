// Posts each line of standard input as one message, and ends when the last one is safe.
//
// usage: example_poster ADDRESS NAME ROOM     echo bonjour | example_poster tcp://127.0.0.1:8420 alice lobby
//
// ADDRESS is an invitation, palabre://…, where the broker is encrypted.

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

#include "client/client.hpp"
#include "client/identity.hpp"
#include "schema/text.hpp"

using namespace std::chrono_literals;

namespace {

/// So many posts may be under way while more lines are read.
constexpr std::size_t kUnderWayMax = 1000;

int fail(const std::string& why) {
  std::cerr << "poster: " << why << '\n';
  return EXIT_FAILURE;
}

/// Waits until at most `allowed` posts are without an answer; false when one was refused.
bool settle(palabre::Client& client, std::size_t allowed) {
  while (client.unacknowledged() > allowed) {
    const auto event = client.next_event(1s);
    if (!event) continue;
    if (const auto* refused = std::get_if<palabre::event::PostRefused>(&*event)) {
      return fail(refused->refusal.text) == EXIT_SUCCESS;
    }
  }
  return true;
}

int run(int argc, char** argv) {
  if (argc != 4) return fail("usage: example_poster ADDRESS NAME ROOM");
  const std::string name = argv[2];
  if (!palabre::is_name(name))
    return fail(name + " is no name: 2 to 24 of a-z 0-9 _ -, beginning with a letter");
  const std::string room = argv[3];
  // Where the connection is encrypted the key proves the name, otherwise the token does.
  const auto directory = palabre::identities_directory();
  palabre::Client client({.server = argv[1],
                          .name = name,
                          .token = palabre::identity_token(directory, name),
                          .secret_key = palabre::identity_key(directory, name),
                          .wants_feed = false});

  const auto welcome = client.connect(5s);
  if (const auto* problem = std::get_if<palabre::Problem>(&welcome)) return fail(problem->text);
  const auto joined = client.join(room, 5s);
  if (const auto* problem = std::get_if<palabre::Problem>(&joined)) return fail(problem->text);

  for (std::string line; std::getline(std::cin, line);) {
    if (line.empty()) continue;
    const auto posted = client.post(room, line);
    if (!posted) return fail(posted.refusal().text);
    if (!settle(client, kUnderWayMax)) return EXIT_FAILURE;
  }
  return settle(client, 0) ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {  // no place for the identity's token, no descriptors left
    return fail(error.what());
  }
}
