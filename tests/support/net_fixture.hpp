#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <gladia/net/transport.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <memory>
#include <support/scripted_server.hpp>

namespace gladia::test {

/// A client's side: an `io_context`, a strand and a transport that trusts `trusted` alone and knows
/// no proxy but the one it is given.
class net_fixture : public ::testing::Test {
 protected:
  static net::transport_options plain_options() {
    net::transport_options options;
    options.tls.use_system_store = false;
    options.proxy.use_environment = false;
    options.user_agent = "gladia-test";
    return options;
  }

  static std::shared_ptr<net::transport> make(net::transport_options options) {
    auto made = net::make_transport(std::move(options));
    EXPECT_TRUE(made) << made.error().what();
    return made ? *made : nullptr;
  }

  void use(net::transport_options options) { transport = make(std::move(options)); }
  void trust(std::string const& ca_pem) {
    auto options = plain_options();
    options.tls.ca_pem = ca_pem;
    use(std::move(options));
  }

  /// With a deadline longer than any test: none is passed by its mercy.
  static net::http_request request_to(std::string const& url) {
    net::http_request request;
    request.url = *net::parse_url(url);
    request.deadline = std::chrono::hours(1);
    return request;
  }

  template <class Condition>
  void run_until(Condition done) {
    test::run_until(*io, done);
  }

  std::unique_ptr<boost::asio::io_context> io = std::make_unique<boost::asio::io_context>();
  boost::asio::any_io_executor strand = boost::asio::make_strand(io->get_executor());
  std::shared_ptr<net::transport> transport = make(plain_options());
};

}  // namespace gladia::test
