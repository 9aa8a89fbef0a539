// A user's program with an `io_context` of its own, that several threads run.
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <cstdio>
#include <functional>
#include <gladia.hpp>
#include <thread>
#include <vector>

namespace live = gladia::live;

int main(int, char** argv) {
  auto wav = gladia::audio::wav_file::open(argv[1]);
  if (!wav) return std::puts(wav.error().what().c_str()), 2;
  gladia::live_request request;
  request.audio = wav->format();

  boost::asio::io_context io;
  auto const strand = boost::asio::make_strand(io);
  gladia::client client(strand);
  auto session = client.live().session(request);
  auto verdict = live::completeness::unknown;
  session.async_run(
      boost::asio::bind_executor(strand, [&](live::summary const& end) { verdict = end.verdict; }));

  std::function<void()> receive = [&] {
    session.async_receive([&](gladia::result<live::event> e) {
      if (!e) return;
      auto const* said = std::get_if<gladia::transcript>(&*e);
      if (said && said->data.is_final) std::puts(said->data.utterance.text.c_str());
      receive();
    });
  };
  receive();

  std::vector<char> chunk(wav->format().bytes(std::chrono::milliseconds(100)));
  boost::asio::steady_timer timer(strand);
  std::function<void(gladia::result<void>)> send = [&](gladia::result<void> sent) {
    auto const size = sent ? wav->read(boost::asio::buffer(chunk)) : 0;
    if (!size || *size == 0) return session.stop();
    timer.expires_after(std::chrono::milliseconds(1));
    timer.async_wait([&, size = *size](boost::system::error_code) {
      session.async_send(boost::asio::buffer(chunk.data(), size), send);
    });
  };
  boost::asio::post(strand, [&] { send({}); });

  std::thread other([&] { io.run(); });
  io.run();
  other.join();
  return verdict == live::completeness::complete ? 0 : 1;
}
