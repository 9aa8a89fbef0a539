#pragma once

#include <cstdlib>
#include <support/certificates.hpp>
#include <support/live_fixture.hpp>
#include <support/local_daemon.hpp>
#include <support/scripted_server.hpp>

namespace gladia::test {

/// One session that reaches its emulator through a program of the system. Skipped where that is
/// not installed, but not in CI, which is to install it.
struct daemon_fixture : live_fixture {
  explicit daemon_fixture(std::string name) : name_(std::move(name)), between(name_) {}

  void SetUp() override {
    live_fixture::SetUp();
    if (!between.is_installed()) {
      auto const missing =
          name_ + " is not installed: scripts/install-deps, or the system's package";
      if (std::getenv("CI")) FAIL() << missing;
      GTEST_SKIP() << missing;
    }
    client_options.tls.use_system_store = false;
    client_options.retry.backoff.base = std::chrono::milliseconds(10);
  }

  /// A whole session.
  void transmit(std::string const& audio = position_coded_audio(200'000)) {
    start();
    feed(audio);
    ASSERT_NO_FATAL_FAILURE(run_to_end());
  }

  /// The error that a session ends with.
  gladia::error failure() {
    transmit();
    return end ? end->error : gladia::error();
  }

  void expect_delivered(std::string const& audio) const {
    ASSERT_TRUE(end);
    EXPECT_EQ(end->verdict, live::completeness::complete) << end->error.what();
    EXPECT_TRUE(server->audio(end->job_id) == audio) << "other audio on the far side";
  }
  void expect_whole_session() {
    auto const audio = position_coded_audio(200'000);
    ASSERT_NO_FATAL_FAILURE(transmit(audio));
    expect_delivered(audio);
  }

  /// A session whose way breaks in the middle, and comes back.
  void expect_to_survive_a_restart() {
    auto const audio = position_coded_audio(200'000);
    auto const half = audio.size() / 2;
    start();
    session->async_send(boost::asio::buffer(audio.data(), half), [](result<void>) {});
    run_until([&] { return session->stats().bytes_acknowledged == half; });
    between.kill();
    run_until([&] { return !all<live::disconnected>().empty(); });
    between.restart();
    feed(audio.substr(half));
    ASSERT_NO_FATAL_FAILURE(run_to_end());
    EXPECT_EQ(end->stats.connections, 2);
    expect_delivered(audio);
  }

  template <class Condition>
  void run_until(Condition done) {
    test::run_until(io, done);
  }

 private:
  std::string name_;

 public:
  local_daemon between;
  test::certificate_authority authority{};
};

}  // namespace gladia::test
