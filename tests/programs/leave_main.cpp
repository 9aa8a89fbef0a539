// Runs a session at GLADIA_API_URL until it is connected, and leaves: by the end of main, which
// destroys the session and its client, or with the argument `exit` by std::exit, which does not.

#include <cstdlib>
#include <fstream>
#include <future>
#include <gladia.hpp>
#include <iterator>
#include <string_view>

int main(int argc, char** argv) {
  gladia::client_options options;
  if (auto const* ca = std::getenv("GLADIA_TEST_CA")) options.tls.ca_file = ca;
  std::promise<bool> link;
  gladia::live::session_handlers handlers;
  handlers.on_event = [&link](gladia::live::event const& e) {
    if (std::holds_alternative<gladia::live::connected>(e)) link.set_value(true);
    if (std::holds_alternative<gladia::live::ended>(e)) link.set_value(false);
  };
  gladia::client client(std::move(options));
  gladia::live::threaded_session session(client.live().session({}), handlers);
  auto const is_connected = link.get_future().get();
  if (argc > 1 && std::string_view(argv[1]) == "exit") std::exit(is_connected ? 0 : 1);
  return is_connected ? 0 : 1;
}
