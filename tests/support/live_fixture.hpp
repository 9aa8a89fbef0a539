#pragma once

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <future>
#include <gladia.hpp>
#include <gladia/testing/emulator.hpp>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace gladia::test {

/// 16-bit samples that count up: any stretch of them says where in the stream it belongs. Position
/// `i` of the stream of frames holds the low and, one frame later, the high half of `i / 2`.
inline std::string position_coded_audio(std::size_t bytes) {
  std::string audio(bytes, '\0');
  for (std::size_t i = 0; i + 4 <= bytes; i += 4) {
    auto const position = static_cast<std::uint32_t>(i / 4);
    for (std::size_t k = 0; k < 4; ++k) audio[i + k] = static_cast<char>(position >> (8 * k));
  }
  return audio;
}

/// A context that several threads run, as in a server.
class threaded_context {
 public:
  threaded_context() {
    for (auto& thread : threads_) thread = std::thread([this] { context_.run(); });
  }
  ~threaded_context() { join(); }
  threaded_context(threaded_context&&) = delete;

  boost::asio::io_context& context() noexcept { return context_; }
  /// Waits until nothing is pending.
  void join() {
    work_.reset();
    for (auto& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }
  /// Has all threads, and this one, do nothing for so long.
  void pause(std::chrono::milliseconds time) {
    std::atomic<std::size_t> awake{threads_.size() + 1};
    std::vector<std::future<void>> asleep;
    auto const sleep = [&awake, time] {
      for (--awake; awake > 0;) std::this_thread::yield();  // for the others
      std::this_thread::sleep_for(time);
    };
    for (std::size_t i = 0; i < threads_.size(); ++i) {
      asleep.push_back(boost::asio::post(context_, boost::asio::use_future(sleep)));
    }
    sleep();
    for (auto& thread : asleep) thread.get();
  }

 private:
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      context_.get_executor()};
  std::array<std::thread, 3> threads_;
};

/// One session against an emulator, over TLS where the environment has `GLADIA_TEST_TLS`. Its own
/// executor is run by several threads; the handlers of the test run on `io`, on the thread of the
/// test.
struct live_fixture : ::testing::Test {
  using emulator = gladia::testing::emulator;

  /// For `run_to_end` of a test that sets a limit of the session: shorter than those limits are by
  /// default, so that one which went nowhere shows.
  static constexpr std::chrono::seconds below_default_limits{8};

  boost::asio::io_context io;
  threaded_context network;
  gladia::testing::emulator_options emulator_options;
  std::optional<emulator> server;
  gladia::client_options client_options;
  std::optional<gladia::client> client;
  gladia::live_request request;
  live::session_options options;
  std::optional<live::session> session;
  std::vector<live::event> events;
  std::optional<live::summary> end;

  void SetUp() override {
    emulator_options.words = gladia::testing::word_source::none;
    emulator_options.api_key = "test-key";
    emulator_options.tls = std::getenv("GLADIA_TEST_TLS") != nullptr;
    client_options.api_key = "test-key";
    options.backoff.base = std::chrono::milliseconds(10);
  }
  void TearDown() override { end_network(); }
  /// From here on no thread but this one is about.
  void end_network() {
    session.reset();
    client.reset();
    network.join();
  }

  /// `handler`, to be called on the thread of the test.
  template <class Handler>
  auto here(Handler handler) {
    return boost::asio::bind_executor(io.get_executor(), std::move(handler));
  }

  void start_server() {
    auto started = emulator::start(emulator_options);
    ASSERT_TRUE(started) << started.error().what();
    server.emplace(std::move(*started));
    client_options.api_url = server->url();
    client_options.tls.ca_pem = server->ca_pem();
  }

  static testing::http_fault fault(testing::route where, testing::http_action what, int times = 1) {
    return {where, what, times};
  }
  static testing::http_fault answer(testing::route where, int status, int times = 1) {
    auto f = fault(where, testing::http_action::answer, times);
    f.status = status;
    return f;
  }
  /// Has the server do this from now on, and nothing else that is wrong.
  void fail(testing::http_fault fault) {
    testing::faults faults;
    faults.http = {std::move(fault)};
    fail(std::move(faults));
  }
  void fail(testing::faults faults) {
    if (!server) start_server();
    server->set_faults(std::move(faults));
  }

  void make_session() {
    if (!server) start_server();
    client.emplace(network.context(), client_options);
    session.emplace(client->live().session(request, options));
  }
  /// Makes the session and starts it; what happens is noted.
  void start() {
    make_session();
    run();
  }
  void run() {
    session->async_run(here([this](live::summary s) { end = std::move(s); }));
    receive();
  }

  void receive() {
    is_receiving = true;
    session->async_receive(here([this](result<live::event> e) {
      is_receiving = false;
      if (!e) return;
      events.push_back(std::move(*e));
      on_event(events.back());
      if (session) receive();
    }));
  }
  bool is_receiving = false;
  /// Called for each event; may destroy the session.
  std::function<void(live::event const&)> on_event = [](live::event const&) {};

  /// Sends all of `audio` in chunks, as fast as back-pressure lets it, then stops.
  void feed(std::string audio, std::size_t chunk = 3200) {
    auto source = std::make_shared<std::string>(std::move(audio));
    send_from(source, 0, chunk);
  }
  void send_from(std::shared_ptr<std::string> source, std::size_t offset, std::size_t chunk) {
    auto const n = std::min(chunk, source->size() - offset);
    if (n == 0) return session->stop();
    session->async_send(boost::asio::buffer(source->data() + offset, n),
                        here([this, source, offset, n, chunk](result<void> r) {
                          if (!r || !session) return;
                          send_from(source, offset + n, chunk);
                        }));
  }

  /// Runs everything until the session is over and has told all its events.
  void run_to_end(std::chrono::seconds limit = std::chrono::seconds(60)) {
    auto const deadline = std::chrono::steady_clock::now() + limit;
    io.restart();
    while ((!end || is_receiving) && io.run_one_until(deadline) > 0) {
    }
    if (!end) {
      end.emplace();  // for those who look at it all the same
      FAIL() << "the session did not end";
    }
    ASSERT_FALSE(is_receiving) << "an event or the end of all events did not come";
  }

  gladia::testing::session_report report() const { return server->reports().at(0); }

  template <class Event>
  std::vector<Event> all() const {
    std::vector<Event> found;
    for (auto const& e : events) {
      if (auto const* match = std::get_if<Event>(&e)) found.push_back(*match);
    }
    return found;
  }
};

}  // namespace gladia::test
