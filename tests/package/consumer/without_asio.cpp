// A user's program in which no Asio runs: it may be compiled without exceptions.
#include <cstdio>
#include <gladia.hpp>

int main() {
  gladia::client client;
  gladia::live::threaded_session session(client.live().session({}), {});
  auto const end = session.wait();
  std::puts(end.error.what().c_str());
  return end.error == gladia::errc::missing_api_key ? 0 : 1;
}
