#include <gmock/gmock.h>

#include <support/program_fixture.hpp>

namespace {

using namespace gladia::test;

/// A program whose client has a thread of its own leaves main with its session in full swing.
struct io_thread : program_fixture, ::testing::WithParamInterface<bool> {
  void SetUp() override {
    program_fixture::SetUp();
    emulator_options.tls = GetParam();
    start_server();
    options.environment = {"GLADIA_API_URL=" + server->url(), "GLADIA_API_KEY=" + api_key};
    if (GetParam()) {
      options.environment.push_back("GLADIA_TEST_CA=" + file("ca.pem", server->ca_pem()));
    }
  }
  program_outcome run() { return program(GLADIA_LEAVE_MAIN, options).wait(); }
};

TEST_P(io_thread, closes_its_link_in_order_after_main_returned) {
  for (int i = 0; i < 10; ++i) {
    auto const end = run();
    ASSERT_EQ(end.status, 0) << "signal " << end.signal << ' ' << end.err;
    auto const closed = server->wait_until(report().id, [](auto const& r) {
      return !r.connections.empty() && !r.connections[0].open;
    });
    ASSERT_TRUE(closed);
    EXPECT_EQ(closed->connections[0].client_close_code, 1000);
  }
}

INSTANTIATE_TEST_SUITE_P(over, io_thread, ::testing::Bool(),
                         [](auto const& over) { return over.param ? "wss" : "ws"; });

}  // namespace
