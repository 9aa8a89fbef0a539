// Runs a session at GLADIA_API_URL until it is connected, and leaves main.

#include <cstdlib>
#include <future>
#include <gladia.hpp>

int main() {
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
  return link.get_future().get() ? 0 : 1;
}
