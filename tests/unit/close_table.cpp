#include <gladia/live/detail/close_table.hpp>

#include <gtest/gtest.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

namespace {

using namespace gladia::live::detail;
using gladia::errc;
using gladia::error;
using gladia::phase;

/// The table as it is promised. What it does not name is a lost link.
fate promised(int code, bool retry_unassigned) {
  struct range {
    int first, last;
    fate means;
  };
  auto const unassigned = retry_unassigned ? fate::retry : fate::fatal;
  for (auto const& r : {range{1000, 1000, fate::end}, range{1002, 1003, fate::fatal},
                        range{1007, 1010, fate::fatal}, range{3000, 3999, fate::fatal},
                        range{4000, 4399, unassigned}, range{4400, 4499, fate::fatal},
                        range{4504, 4504, fate::fatal}}) {
    if (r.first <= code && code <= r.last) return r.means;
  }
  return fate::retry;
}

TEST(close_table, has_a_fate_for_every_close_code) {
  for (bool const retry_unassigned : {false, true}) {
    for (int code = 0; code <= 0xffff; ++code) {
      ASSERT_EQ(fate_of_close_code(static_cast<std::uint16_t>(code), retry_unassigned),
                promised(code, retry_unassigned))
          << code << ", unassigned ones are " << (retry_unassigned ? "retried" : "final");
    }
  }
}

TEST(close_table, judges_a_refused_handshake_by_its_status) {
  for (int status = 100; status < 600; ++status) {
    auto const may_pass = status == 408 || status == 425 || status == 429 || status >= 500;
    auto const promised = status < 400 ? fate::doubt : may_pass ? fate::retry : fate::fatal;
    ASSERT_EQ(fate_of_handshake_status(status), promised) << status;
  }
}

TEST(close_table, retries_network_errors_and_timeouts_in_any_phase) {
  for (auto where :
       {phase::resolve, phase::connect, phase::proxy, phase::tls, phase::upgrade, phase::stream}) {
    for (auto code : {gladia::error_code(boost::asio::error::eof),
                      gladia::error_code(boost::asio::error::connection_reset),
                      gladia::error_code(boost::asio::error::host_not_found),
                      gladia::error_code(boost::asio::error::host_not_found_try_again),
                      make_error_code(errc::timeout), make_error_code(errc::link_dead)}) {
      EXPECT_EQ(fate_of_error(error(code, where)), fate::retry) << error(code, where).what();
    }
  }
}

TEST(close_table, doubts_what_is_no_answer_of_a_server) {
  EXPECT_EQ(fate_of_error(error(errc::malformed_response, phase::upgrade, "no HTTP")), fate::doubt);
  EXPECT_EQ(fate_of_error(error(errc::malformed_response, phase::proxy, "no HTTP")), fate::doubt);
  gladia::error_code unknown(7, boost::system::generic_category());
  EXPECT_EQ(fate_of_error(error(unknown, phase::stream)), fate::doubt) << "a broken frame";
}

TEST(close_table, gives_up_on_a_server_that_cannot_be_trusted) {
  gladia::error_code refused(1, boost::asio::error::get_ssl_category());
  EXPECT_EQ(fate_of_error(error(refused, phase::tls)), fate::fatal);
  EXPECT_EQ(fate_of_error(error(errc::no_trust_anchors)), fate::fatal);
}

TEST(close_table, names_the_closes_a_user_can_act_on) {
  EXPECT_EQ(to_error({4403, "over", {}}), errc::session_gone);
  EXPECT_EQ(to_error({4408, "", {}}), errc::idle_timeout);
  EXPECT_EQ(to_error({4504, "", {}}), errc::no_speech);
  auto const other = to_error({1008, "policy", {}});
  EXPECT_EQ(other, errc::closed_by_server);
  EXPECT_EQ(other.details().close_code, 1008);
  EXPECT_EQ(other.details().close_reason, "policy");
}

}  // namespace
