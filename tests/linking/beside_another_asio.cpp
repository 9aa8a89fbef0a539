// A user's program without Asio, and a library that has another one.
#include <cstdio>
#include <future>
#include <gladia.hpp>

#include "another_asio.hpp"

namespace live = gladia::live;

int main(int, char** argv) {
  auto wav = gladia::audio::wav_file::open(argv[1]);
  if (!wav) return std::puts(wav.error().what().c_str()), 2;
  gladia::live_request request;
  request.audio = wav->format();
  auto other = std::async(std::launch::async, echo_with_another_asio);

  gladia::client client;
  live::session_handlers handlers;
  handlers.on_event = [](live::event const& e) {
    auto const* said = std::get_if<gladia::transcript>(&e);
    if (said && said->data.is_final) std::puts(said->data.utterance.text.c_str());
  };
  live::threaded_session session(client.live().session(request), handlers);
  std::vector<char> chunk(wav->format().bytes(std::chrono::milliseconds(100)));
  while (auto n = wav->read(boost::asio::buffer(chunk))) {
    if (*n == 0 || !session.send(boost::asio::buffer(chunk.data(), *n))) break;
  }
  session.stop();
  auto const end = session.wait();
  if (end.error) std::puts(end.error.what().c_str());
  return end.verdict == live::completeness::complete && other.get() > 0 ? 0 : 1;
}
