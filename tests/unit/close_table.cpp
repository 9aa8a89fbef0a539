#include <gladia/live/detail/close_table.hpp>

#include <gtest/gtest.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

namespace {

using namespace gladia::live::detail;
using gladia::errc;
using gladia::error;
using gladia::phase;

fate of_code(int code) {
  return fate_of_close_code(static_cast<std::uint16_t>(code), false);
}

TEST(close_table, ends_with_a_normal_close) {
  EXPECT_EQ(of_code(1000), fate::end);
}

TEST(close_table, retries_what_another_attempt_may_cure) {
  for (int code : {1001, 1005, 1006, 1011, 1012, 1013, 1014, 4500, 4503, 4505, 4999}) {
    EXPECT_EQ(of_code(code), fate::retry) << code;
  }
}

TEST(close_table, gives_up_where_the_server_will_say_the_same_again) {
  for (int code : {1002, 1003, 1007, 1008, 1009, 1010, 3000, 3999, 4000, 4399, 4400, 4403, 4408,
                   4429, 4499, 4504}) {
    EXPECT_EQ(of_code(code), fate::fatal) << code;
  }
}

TEST(close_table, can_retry_the_unassigned_codes) {
  EXPECT_EQ(fate_of_close_code(4000, true), fate::retry);
  EXPECT_EQ(fate_of_close_code(4399, true), fate::retry);
  EXPECT_EQ(fate_of_close_code(4400, true), fate::fatal);
  EXPECT_EQ(fate_of_close_code(3999, true), fate::fatal);
}

TEST(close_table, takes_an_unknown_code_for_a_lost_link) {
  for (int code : {1004, 1015, 1016, 2000, 2999, 5000, 65535}) {
    EXPECT_EQ(of_code(code), fate::retry) << code;
  }
}

TEST(close_table, judges_a_refused_handshake_by_its_status) {
  for (int status : {408, 429, 500, 502, 503, 599}) {
    EXPECT_EQ(fate_of_handshake_status(status), fate::retry) << status;
  }
  for (int status : {200, 301, 400, 401, 402, 403, 404, 410, 422, 499}) {
    EXPECT_EQ(fate_of_handshake_status(status), fate::fatal) << status;
  }
}

TEST(close_table, retries_network_errors_and_timeouts) {
  EXPECT_EQ(fate_of_error(error(boost::asio::error::connection_reset)), fate::retry);
  EXPECT_EQ(fate_of_error(error(boost::asio::error::eof)), fate::retry);
  EXPECT_EQ(fate_of_error(error(make_error_code(errc::timeout), phase::tls)), fate::retry);
  EXPECT_EQ(fate_of_error(error(errc::link_dead)), fate::retry);
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
