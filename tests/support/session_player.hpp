#pragma once

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gladia/live/client.hpp>
#include <gladia/live/session.hpp>

#include "support/fake_transport.hpp"

namespace gladia_test {

/// Limits small enough for tests; more memory than the audio of `session_player` needs.
inline gladia::live::session_options quick_options() {
  using std::chrono::milliseconds;
  gladia::live::session_options o;
  o.backoff = {milliseconds(1), milliseconds(1)};
  o.timeouts.upgrade = milliseconds(50);
  o.init_timeout = milliseconds(50);
  o.send_stall_timeout = milliseconds(200);
  o.link_timeout = milliseconds(400);
  o.close_timeout = milliseconds(20);
  // A piece of audio waits until the one before it was sent.
  o.high_water = milliseconds(10);
  o.low_water = milliseconds(0);
  return o;
}

inline gladia::live_request request_of_counted_audio() {
  gladia::live_request request;
  request.audio = {gladia::audio_encoding::pcm, 16, 16000, 1};
  return request;
}

/// A user: runs a session, sends audio piece by piece, receives all events, stops.
///
/// Its handlers own it, as a coroutine owns its session.
class session_player : public std::enable_shared_from_this<session_player> {
 public:
  using clock = std::chrono::steady_clock;
  static constexpr int pieces = 12;
  static constexpr std::size_t samples_of_piece = 160;  // 10 ms

  session_player(asio::any_io_executor const& executor, std::shared_ptr<far_side> far_side,
                 gladia::live::session_options const& options)
      : far(std::move(far_side)),
        strand(asio::make_strand(executor)),
        session(make_test_client(executor, far).session(request_of_counted_audio(), options)) {}

  void start() {
    run();
    receive();
    send();
  }

  void run() {
    session->async_run(asio::bind_executor(
        strand, [self = shared_from_this(), began = clock::now()](auto summary) {
          ++self->runs_completed;
          self->lasted = clock::now() - began;
          self->live_links_at_the_end = self->far->live_links;
          self->end = std::move(summary);
        }));
  }

  void receive() {
    if (!session) return;
    ++receives;
    session->async_receive(asio::bind_executor(strand, [self = shared_from_this()](auto e) {
      ++self->receives_completed;
      if (!e) {
        self->receive_error = e.error();
        return;
      }
      self->events.push_back(std::move(*e));
      if (self->on_event) self->on_event(static_cast<int>(self->events.size()));
      self->receive();
    }));
  }

  void send() {
    if (!session) return;
    if (sends_completed == pieces) return stop();
    if (sends_completed == pause_at) return;
    auto const first = static_cast<std::size_t>(sends_completed) * samples_of_piece;
    piece = counted_audio(first, samples_of_piece);
    ++sends;
    session->async_send(asio::buffer(piece),
                        asio::bind_executor(strand, [self = shared_from_this()](auto taken) {
                          ++self->sends_completed;
                          if (taken) self->accepted += samples_of_piece;
                          if (!taken) self->send_error = taken.error();
                          taken ? self->send() : self->stop();
                        }));
  }

  /// Ends the pause, if it has begun.
  void go_on() {
    asio::post(strand, [self = shared_from_this()] {
      if (self->sends_completed != std::exchange(self->pause_at, -1)) return;
      self->send();
    });
  }

  void stop() {
    if (!session) return;
    ++stops;
    session->async_stop(asio::bind_executor(strand, [self = shared_from_this()](auto summary) {
      ++self->stops_completed;
      self->stop_result = std::move(summary);
    }));
  }

  std::shared_ptr<far_side> far;
  asio::strand<asio::any_io_executor> strand;  // of the handlers
  std::optional<gladia::live::session> session;
  std::function<void(int)> on_event{};  // hears the number of each event, from 1
  int pause_at = -1;                    // the piece before which it falls silent; -1: none
  std::string piece;

  int runs_completed = 0;
  int receives = 0, receives_completed = 0;
  int sends = 0, sends_completed = 0;
  int stops = 0, stops_completed = 0;
  std::uint64_t accepted = 0;  // samples
  int live_links_at_the_end = 0;
  clock::duration lasted{};
  std::vector<gladia::live::event> events;
  gladia::error receive_error;
  gladia::error send_error;
  gladia::live::summary end;
  gladia::live::summary stop_result;
};

}  // namespace gladia_test
