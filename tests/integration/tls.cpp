#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <gladia/net/tls.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <support/environment.hpp>
#include <support/net_fixture.hpp>
#include <support/openssl_contexts.hpp>
#include <support/temporary_folder.hpp>
#include <support/tls_server.hpp>

namespace {

using namespace std::chrono_literals;
namespace net = gladia::net;
namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using gladia::errc;
using gladia::phase;
using gladia::test::certificate_authority;
using gladia::test::encrypted;
using gladia::test::read_head;
using gladia::test::scripted_server;
using gladia::test::send;
using gladia::test::server_context;
using gladia::test::tcp;
using gladia::test::tls_connection;
using gladia::test::wait_for_close;
using outcome = gladia::result<net::http_response>;

void answer_ok(tls_connection& stream) {
  read_head(stream);
  send(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
}

class tls : public gladia::test::net_fixture {
 protected:
  tls() { trust(authority.pem()); }
  ~tls() override { std::remove(own_file.c_str()); }

  outcome get(std::string const& url, net::timeouts timeouts = {}) {
    std::optional<outcome> answer;
    auto request = request_to(url);
    request.timeouts = timeouts;
    auto exchange = transport->make_http_exchange(strand);
    asio::post(strand, [&] {
      exchange->start(request, [&answer](outcome o) { answer.emplace(std::move(o)); });
    });
    run_until([&] { return answer.has_value(); });
    return std::move(*answer);
  }

  gladia::error refusal(certificate_authority::wanted const& what,
                        std::string const& host = "127.0.0.1") {
    scripted_server server(encrypted(authority.issue(what), answer_ok));
    auto const answer = get("https://" + host + ":" + server.port());
    return answer ? gladia::error() : answer.error();
  }

  certificate_authority authority{};
  gladia::test::temporary_folder const own_folder;
  std::string const own_file = own_folder.file("own.pem");  ///< for the test to write
};

TEST_F(tls, trusts_a_server_whose_certificate_comes_from_the_given_authority) {
  scripted_server server(encrypted(authority.issue(), answer_ok));
  auto const answer = get(server.url("https"));
  ASSERT_TRUE(answer) << answer.error().what();
  EXPECT_EQ(answer->body, "ok");
}

TEST_F(tls, sends_the_bare_host_name_as_sni_and_none_for_an_address) {
  std::vector<std::string> names;
  auto const note = [&names](tls_connection& stream) {
    auto const* name = SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name);
    names.emplace_back(name ? name : "(none)");
    answer_ok(stream);
  };
  auto const own = authority.issue({"DNS:localhost,IP:127.0.0.1"});
  scripted_server server({encrypted(own, note), encrypted(own, note)});
  EXPECT_TRUE(get("https://localhost:" + server.port()));
  EXPECT_TRUE(get("https://127.0.0.1:" + server.port()));
  server.finish();
  EXPECT_EQ(names, (std::vector<std::string>{"localhost", "(none)"}));
}

TEST_F(tls, refuses_a_certificate_for_another_host) {
  auto const error = refusal({"DNS:example.com"}, "localhost");
  EXPECT_THAT(error.what(), testing::HasSubstr("hostname mismatch"));
  EXPECT_EQ(error.details().phase, phase::tls);
  EXPECT_NE(error, gladia::condition::retryable);
}

TEST_F(tls, refuses_a_certificate_for_another_address) {
  EXPECT_THAT(refusal({"IP:127.0.0.2"}).what(), testing::HasSubstr("IP address mismatch"));
}

TEST_F(tls, refuses_an_expired_certificate) {
  EXPECT_THAT(refusal({"IP:127.0.0.1", -7200, -3600}).what(),
              testing::HasSubstr("certificate has expired"));
}

TEST_F(tls, refuses_a_certificate_that_is_not_valid_yet) {
  EXPECT_THAT(refusal({"IP:127.0.0.1", 3600, 7200}).what(), testing::HasSubstr("not yet valid"));
}

TEST_F(tls, refuses_a_self_signed_certificate) {
  EXPECT_THAT(refusal({"IP:127.0.0.1", -3600, 3600, true}).what(),
              testing::HasSubstr("self-signed certificate"));
}

TEST_F(tls, refuses_a_certificate_of_an_unknown_authority) {
  scripted_server server(encrypted(certificate_authority().issue(), answer_ok));
  auto const answer = get(server.url("https"));
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().what(), testing::HasSubstr("unable to get local issuer"));
}

TEST_F(tls, refuses_a_server_that_only_speaks_tls_1_1) {
  auto context = std::make_shared<ssl::context>(server_context(authority.issue()));
  SSL_CTX_set_security_level(context->native_handle(), 0);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context->native_handle(), TLS1_1_VERSION);
  scripted_server server([context](tcp::socket& socket) {
    tls_connection stream(socket, *context);
    stream.handshake(ssl::stream_base::server);
  });
  auto const answer = get(server.url("https"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().details().phase, phase::tls);
  EXPECT_THAT(answer.error().what(), testing::HasSubstr("does not know TLS 1.2 or later"));
}

class revocation : public tls {
 protected:
  void use_list(std::string const& pem) {
    auto options = plain_options();
    options.tls.ca_pem = authority.pem();
    options.tls.crl_pem = pem;
    use(std::move(options));
  }
  std::string refusal() {
    scripted_server server(encrypted(own, answer_ok));
    auto const answer = get(server.url("https"));
    return answer ? "trusted" : answer.error().what();
  }

  gladia::test::credentials own = authority.issue();
};

TEST_F(revocation, is_read_from_text) {
  use_list(authority.revocation_list({authority.issue(), own}));
  EXPECT_THAT(refusal(), testing::HasSubstr("certificate revoked"));
  use_list(authority.revocation_list({authority.issue()}));
  EXPECT_EQ(refusal(), "trusted");
}

TEST_F(revocation, is_read_from_a_file) {
  std::ofstream(own_file) << certificate_authority().revocation_list({})
                          << authority.revocation_list({own});
  auto options = plain_options();
  options.tls.ca_pem = authority.pem();
  options.tls.crl_file = own_file;
  use(std::move(options));
  EXPECT_THAT(refusal(), testing::HasSubstr("certificate revoked"));
}

TEST_F(revocation, is_suspected_without_a_list_of_the_right_authority) {
  use_list(certificate_authority().revocation_list({}));
  EXPECT_THAT(refusal(), testing::HasSubstr("unable to get certificate CRL"));
}

TEST_F(revocation, is_suspected_when_the_list_has_expired) {
  use_list(authority.revocation_list({}, -3600));
  EXPECT_THAT(refusal(), testing::HasSubstr("CRL has expired"));
}

TEST_F(tls, shows_a_client_certificate_to_a_server_that_asks) {
  auto const own = authority.issue();
  std::ofstream(own_file) << own.certificate << own.key;
  auto options = plain_options();
  options.tls.ca_pem = authority.pem();
  options.tls.client_certificate_file = own_file;  // holds the key too
  use(options);

  auto context = std::make_shared<ssl::context>(server_context(authority.issue()));
  context->add_certificate_authority(asio::buffer(authority.pem()));
  context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  scripted_server server([context](tcp::socket& socket) {
    tls_connection stream(socket, *context);
    stream.handshake(ssl::stream_base::server);
    answer_ok(stream);
  });
  auto const answer = get(server.url("https"));
  EXPECT_TRUE(answer) << answer.error().what();
}

TEST_F(tls, does_not_mind_a_connection_cut_after_a_whole_response) {
  scripted_server server(encrypted(authority.issue(), [](tls_connection& stream) {
    answer_ok(stream);
    stream.next_layer().shutdown(tcp::socket::shutdown_send);  // no close_notify
  }));
  EXPECT_TRUE(get(server.url("https")));
}

TEST_F(tls, does_not_take_a_cut_connection_for_the_end_of_a_body) {
  scripted_server server(encrypted(authority.issue(), [](tls_connection& stream) {
    read_head(stream);
    send(stream, "HTTP/1.1 200 OK\r\n\r\nhalf of it");
  }));
  auto const answer = get(server.url("https"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), asio::error::eof);
  EXPECT_EQ(answer.error(), gladia::condition::retryable);
}

TEST_F(tls, takes_an_orderly_shutdown_for_the_end_of_a_body) {
  scripted_server server(encrypted(authority.issue(), [](tls_connection& stream) {
    read_head(stream);
    send(stream, "HTTP/1.1 200 OK\r\n\r\nall of it");
    boost::system::error_code ignored;
    stream.shutdown(ignored);
  }));
  auto const answer = get(server.url("https"));
  ASSERT_TRUE(answer) << answer.error().what();
  EXPECT_EQ(answer->body, "all of it");
}

TEST_F(tls, gives_up_on_a_handshake_that_hangs) {
  scripted_server server([](tcp::socket& socket) { wait_for_close(socket); });
  net::timeouts timeouts;
  timeouts.tls = 50ms;
  auto const answer = get(server.url("https"), timeouts);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error(), errc::timeout);
  EXPECT_EQ(answer.error().details().phase, phase::tls);
}

TEST_F(tls, reports_a_server_that_does_not_speak_tls) {
  scripted_server server([](tcp::socket& socket) {
    send(socket, "HTTP/1.1 400 Bad Request\r\n\r\n");
    wait_for_close(socket);
  });
  auto const answer = get(server.url("https"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().details().phase, phase::tls);
  EXPECT_THAT(answer.error().what(), testing::HasSubstr("does not speak TLS"));
}

TEST_F(tls, says_so_when_there_is_nothing_to_trust) {
  use(plain_options());
  auto const answer = get("https://127.0.0.1:9");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error(), errc::no_trust_anchors);
}

// As OpenSSL reads it.
TEST_F(tls, finds_the_system_s_store_in_a_list_of_folders) {
  auto const folder = own_file + ".d";
  std::filesystem::create_directory(folder);
  auto const pem = authority.pem();
  std::unique_ptr<BIO, decltype(&BIO_free)> const text(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  std::unique_ptr<X509, decltype(&X509_free)> const certificate(
      PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr), &X509_free);
  char name[16];
  std::snprintf(name, sizeof name, "%08lx.0", X509_subject_name_hash(certificate.get()));
  std::ofstream(folder + "/" + name) << pem;

#ifdef _WIN32
  std::string const separator = ";";
#else
  std::string const separator = ":";
#endif
  auto const list = "/nowhere" + separator + separator + testing::TempDir() + separator + folder;
  gladia::test::set_environment("SSL_CERT_FILE", "/nowhere");
  gladia::test::set_environment("SSL_CERT_DIR", list);
  auto options = plain_options();
  options.tls.use_system_store = true;
  use(options);
  gladia::test::unset_environment("SSL_CERT_FILE");
  gladia::test::unset_environment("SSL_CERT_DIR");
  scripted_server server(encrypted(authority.issue(), answer_ok));
  auto const answer = get(server.url("https"));
  EXPECT_TRUE(answer) << answer.error().what();
  std::filesystem::remove_all(folder);
}

TEST_F(tls, says_so_when_openssl_cannot_encrypt_and_only_then) {
#ifdef _WIN32
  GTEST_SKIP() << "no function stands before OpenSSL's own there";
#endif
  {
    gladia::test::without_openssl_contexts const misconfigured;
    use(plain_options());
  }
  auto const answer = get("https://127.0.0.1:9");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error(), errc::tls_unavailable);
  EXPECT_EQ(answer.error().details().phase, phase::tls);
  EXPECT_THAT(answer.error().what(), testing::HasSubstr("library has no ciphers"));
  EXPECT_THAT(answer.error().what(), testing::HasSubstr("OPENSSL_CONF"));
  scripted_server plain([](tcp::socket& socket) {
    read_head(socket);
    send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  EXPECT_TRUE(get(plain.url("http")));
}

TEST_F(tls, names_the_option_that_cannot_be_used) {
  auto const fault = [](auto set) {
    auto options = plain_options();
    set(options.tls);
    auto const made = net::make_transport(options);
    EXPECT_EQ(made.error(), errc::invalid_options);
    return made.error().what();
  };
  using testing::HasSubstr;
  EXPECT_THAT(fault([](auto& o) { o.ca_file = "/nowhere"; }), HasSubstr("ca_file: "));
  EXPECT_THAT(fault([](auto& o) { o.ca_pem = "no PEM"; }), HasSubstr("ca_pem: "));
  EXPECT_THAT(fault([](auto& o) { o.crl_file = "/nowhere"; }),
              HasSubstr("crl_file: cannot read a revocation list from \"/nowhere\""));
  EXPECT_THAT(fault([&](auto& o) { o.crl_pem = authority.pem(); }),
              HasSubstr("crl_pem: holds no revocation list"));
  EXPECT_THAT(fault([](auto& o) { o.client_certificate_file = "/nowhere"; }),
              HasSubstr("client_certificate_file: "));
  EXPECT_THAT(fault([](auto& o) { o.client_key_file = "/nowhere"; }),
              HasSubstr("client_key_file: "));
}

TEST_F(tls, does_not_ask_the_terminal_for_the_password_of_a_key) {
  auto const own = authority.issue();
  auto* bio = BIO_new_mem_buf(own.key.data(), static_cast<int>(own.key.size()));
  auto* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
  auto* file = BIO_new_file(own_file.c_str(), "w");
  std::string password = "right";
  PEM_write_bio_PKCS8PrivateKey(file, key, EVP_aes_128_cbc(), password.data(),
                                static_cast<int>(password.size()), nullptr, nullptr);
  BIO_write(file, own.certificate.data(), static_cast<int>(own.certificate.size()));
  BIO_free(file);
  EVP_PKEY_free(key);
  BIO_free(bio);

  auto options = plain_options();
  options.tls.client_certificate_file = own_file;
  EXPECT_FALSE(net::make_transport(options));
  options.tls.client_key_password = "wrong";
  EXPECT_FALSE(net::make_transport(options));
  options.tls.client_key_password = "right";
  EXPECT_TRUE(net::make_transport(options));
}

}  // namespace
