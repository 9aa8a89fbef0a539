// Whole sessions through an nginx that ends TLS, as companies put one before their services. Each
// test starts its own, in the foreground and with its files in a folder of the test; see
// `support/local_daemon.hpp`.

#include <gmock/gmock.h>

#include <support/daemon_fixture.hpp>
#include <utility>

namespace {

using gladia::errc;
using gladia::phase;
using gladia::test::certificate_authority;
using gladia::test::credentials;
using testing::HasSubstr;

/// All but the server. Files are in the folder that it is started with.
constexpr auto settings = R"(
daemon off;
master_process off;
pid nginx.pid;
error_log stderr info;
events {}
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  ssl_certificate own.pem;
  ssl_certificate_key own.key;
  map $http_upgrade $kind_of_connection { default upgrade; '' close; }
  proxy_http_version 1.1;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection $kind_of_connection;
)";

struct nginx : gladia::test::daemon_fixture {
  nginx() : daemon_fixture("nginx") {}

  /// The emulator, and nginx before it with the certificate `own`; `more` goes into its `server`.
  void serve(credentials const& own, std::string const& more = {}) {
    // What the emulator says of itself is not what clients may reach.
    emulator_options.faults.init_url =
        "wss://" + socket_host + ":" + between.port() + "/v2/live?token={token}";
    start_server();
    between.file("own.pem", own.certificate);
    between.file("own.key", own.key);
    auto const config = between.file(
        "nginx.conf", settings + ("server { listen 127.0.0.1:" + between.port() + " ssl; " + more) +
                          "location / { proxy_pass " + (behind.empty() ? server->url() : behind) +
                          "; } }\n}\n");
    between.start({"-p", between.folder(), "-c", config, "-e", "stderr"});
    client_options.api_url = "https://localhost:" + between.port();
    client_options.tls.ca_pem = authority.pem();
  }
  void serve() { serve(authority.issue({"DNS:localhost"})); }

  /// How a session fails that does not trust the server: at once, and before a word was said.
  std::string refusal() {
    auto const error = failure();
    EXPECT_EQ(error.details().phase, phase::tls);
    EXPECT_NE(error, gladia::condition::retryable);
    EXPECT_EQ(error.details().attempts, 1);
    EXPECT_TRUE(server->requests().empty());
    return error.what();
  }

  /// Makes nginx ask for a certificate of `authority`.
  void serve_the_known_only(std::string const& more = {}) {
    between.file("clients.pem", authority.pem());
    serve(authority.issue({"DNS:localhost"}),
          "ssl_verify_client on; ssl_client_certificate clients.pem; " + more);
  }
  void show(credentials const& own) {
    client_options.tls.client_certificate_file = between.file("client.pem", own.certificate);
    client_options.tls.client_key_file = between.file("client.key", own.key);
  }
  /// How a session fails whose client nginx does not know: it says so in HTTP.
  std::string rejection() {
    auto const error = failure();
    EXPECT_EQ(error, errc::bad_request);
    EXPECT_NE(error, gladia::condition::retryable);
    EXPECT_TRUE(server->requests().empty());
    return error.what();
  }

  std::string behind{};                   ///< what nginx stands before; empty: the emulator
  std::string socket_host = "localhost";  ///< in the URL of the WebSocket
};

TEST_F(nginx, carries_a_whole_session) {
  serve();
  expect_whole_session();
}

TEST_F(nginx, carries_a_session_that_trusts_a_ca_file) {
  serve();
  client_options.tls.ca_file = between.file("ca.pem", std::exchange(client_options.tls.ca_pem, ""));
  expect_whole_session();
}

TEST_F(nginx, carries_a_session_over_tls_1_2) {
  serve(authority.issue({"DNS:localhost"}), "ssl_protocols TLSv1.2;");
  expect_whole_session();
}

TEST_F(nginx, carries_a_session_whose_link_is_cut_again_and_again) {
  emulator_options.faults.cuts.every = 50'000;
  serve();
  expect_whole_session();
  EXPECT_GE(end->stats.connections, 4);
}

TEST_F(nginx, may_crash_and_come_back) {
  serve();
  expect_to_survive_a_restart();
}

TEST_F(nginx, without_a_server_behind_it_is_asked_again) {
  gladia::test::reserved_port const nobody;
  behind = "http://127.0.0.1:" + nobody.number();
  serve();
  auto const error = failure();
  EXPECT_EQ(error, errc::server_error);
  EXPECT_EQ(error, gladia::condition::retryable);
  EXPECT_EQ(error.details().attempts, client_options.retry.attempts);
  EXPECT_THAT(error.what(), HasSubstr("502 Bad Gateway"));
}

// -- whom the client trusts

TEST_F(nginx, is_refused_with_a_certificate_for_another_host) {
  serve(authority.issue({"DNS:example.com"}));
  EXPECT_THAT(refusal(), HasSubstr("the certificate of localhost was refused: hostname mismatch"));
}

TEST_F(nginx, is_refused_on_the_link_too_with_a_certificate_for_another_host) {
  socket_host = "127.0.0.1";
  serve();
  auto const error = failure();
  EXPECT_EQ(error.details().phase, phase::tls);
  EXPECT_THAT(error.what(), HasSubstr("IP address mismatch"));
  EXPECT_TRUE(server->reports().at(0).connections.empty());
}

TEST_F(nginx, is_refused_with_an_expired_certificate) {
  serve(authority.issue({"DNS:localhost", -7200, -3600}));
  EXPECT_THAT(refusal(), HasSubstr("was refused: certificate has expired"));
}

TEST_F(nginx, is_refused_with_a_self_signed_certificate) {
  serve(authority.issue({"DNS:localhost", -3600, 3600, true}));
  EXPECT_THAT(refusal(), HasSubstr("was refused: self-signed certificate"));
}

TEST_F(nginx, is_refused_with_a_certificate_of_an_unknown_authority) {
  serve(certificate_authority().issue({"DNS:localhost"}));
  EXPECT_THAT(refusal(), HasSubstr("was refused: unable to get local issuer certificate"));
}

TEST_F(nginx, is_refused_with_a_revoked_certificate) {
  auto const own = authority.issue({"DNS:localhost"});
  serve(own);
  client_options.tls.crl_pem = authority.revocation_list({own});
  EXPECT_THAT(refusal(), HasSubstr("was refused: certificate revoked"));
}

TEST_F(nginx, is_trusted_while_others_are_revoked) {
  serve();
  client_options.tls.crl_pem = authority.revocation_list({authority.issue()});
  expect_whole_session();
}

TEST_F(nginx, is_refused_with_tls_1_1) {
  serve(authority.issue({"DNS:localhost"}),
        "ssl_protocols TLSv1.1; ssl_ciphers DEFAULT@SECLEVEL=0;");
  EXPECT_THAT(refusal(), HasSubstr("the server does not know TLS 1.2 or later"));
}

// -- whom nginx trusts

TEST_F(nginx, takes_a_client_with_a_certificate) {
  serve_the_known_only();
  show(authority.issue({"DNS:client"}));
  expect_whole_session();
}

TEST_F(nginx, turns_a_client_without_a_certificate_away) {
  serve_the_known_only();
  EXPECT_THAT(rejection(), HasSubstr("No required SSL certificate was sent"));
}

TEST_F(nginx, turns_a_client_of_another_authority_away) {
  serve_the_known_only();
  show(certificate_authority().issue({"DNS:client"}));
  EXPECT_THAT(rejection(), HasSubstr("The SSL certificate error"));
}

TEST_F(nginx, turns_a_client_with_a_revoked_certificate_away) {
  auto const own = authority.issue({"DNS:client"});
  between.file("crl.pem", authority.revocation_list({own}));
  serve_the_known_only("ssl_crl crl.pem; ");
  show(own);
  EXPECT_THAT(rejection(), HasSubstr("The SSL certificate error"));
  between.kill();
  EXPECT_THAT(between.log(), HasSubstr("certificate revoked"));
}

}  // namespace
