#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/write.hpp>
#include <functional>
#include <gladia/detail/redact.hpp>
#include <gladia/net/impl/address_race.ipp>
#include <gladia/net/impl/answer.ipp>
#include <gladia/net/impl/http_error.ipp>
#include <gladia/net/impl/io_error.ipp>
#include <gladia/net/impl/link_stream.ipp>
#include <gladia/net/impl/phase_timer.ipp>
#include <gladia/net/impl/tls.ipp>
#include <gladia/net/proxy.hpp>
#include <gladia/net/timeouts.hpp>
#include <gladia/net/url.hpp>
#include <memory>
#include <optional>
#include <vector>

namespace gladia::net::detail {

/// What all links of a client share. Only the address book changes.
struct link_environment {
  std::shared_ptr<tls_context> tls{};
  proxy_options secure_proxy{};
  proxy_options plain_proxy{};
  std::string user_agent{};
  std::shared_ptr<address_book> addresses = std::make_shared<address_book>();
};

/// Makes one attempt to reach a server: look-up, TCP, proxy and TLS.
///
/// Pending operations keep this object alive, and it keeps `done`. Its owner holds it weakly.
class dialer : public std::enable_shared_from_this<dialer> {
 public:
  using handler = std::function<void(result<connected_stream>)>;

  dialer(boost::asio::any_io_executor const& executor,
         std::shared_ptr<link_environment const> environment)
      : executor_(executor),
        environment_(std::move(environment)),
        timer_(executor),
        resolver_(executor),
        socket_(executor) {}

  /// `done` is called once, never from within this function.
  void start(net::url const& target, timeouts const& limits, handler done) {
    target_ = target;
    limits_ = limits;
    done_ = std::move(done);
    if (target.is_secure() && environment_->tls->fault) {
      return fail_later(environment_->tls->fault);
    }
    auto via = select_proxy(
        target.is_secure() ? environment_->secure_proxy : environment_->plain_proxy, target);
    if (!via) return fail_later(via.error());
    proxy_ = std::move(*via);
    resolve();
  }

  /// `done` gets `operation_aborted`.
  void cancel() noexcept { end_step(cut::cancelled); }

 private:
  using tcp = boost::asio::ip::tcp;
  using step = void (dialer::*)(error_code);

  /// Begins a phase and limits its time.
  void enter(phase p, std::chrono::milliseconds limit) {
    phase_ = p;
    timer_.start(limit, [self = shared_from_this()] { self->end_step(cut::timed_out); });
  }

  void end_step(cut why) noexcept {
    if (!done_) return;
    if (cut_ == cut::none || why == cut::cancelled) cut_ = why;
    if (phase_ == phase::resolve) {
      timer_.fire();
    } else if (phase_ == phase::connect) {
      if (auto race = race_.lock()) race->stop();
    } else {
      tls_ ? close_socket(*tls_) : close_socket(socket_);
    }
  }

  auto then(step next) {
    return [self = shared_from_this(), next](error_code ec, auto...) {
      self->timer_.stop();
      ((*self).*next)(ec);
    };
  }

  // -- look-up

  std::string const& host() const { return proxy_ ? proxy_->host : target_.host; }
  std::string const& port() const { return proxy_ ? proxy_->port : target_.port; }

  void resolve() {
    phase_ = phase::resolve;
    error_code not_an_address;
    auto const address = boost::asio::ip::make_address(host(), not_an_address);
    if (!not_an_address) {
      return connect({{address, static_cast<std::uint16_t>(std::stoi(port()))}});
    }
    // A running look-up cannot be cancelled (https://github.com/chriskohlhoff/asio/issues/470).
    // This side stops waiting for it, and the timer keeps this object meanwhile.
    timer_.start(limits_.resolve > phase_timer::no_limit ? limits_.resolve : phase_timer::longest,
                 [self = shared_from_this()] { self->abandon_look_up(); });
    resolver_.async_resolve(
        host(), port(), tcp::resolver::numeric_service,
        [weak = weak_from_this()](error_code ec, tcp::resolver::results_type const& found) {
          if (auto self = weak.lock()) self->on_resolved(ec, found);
        });
  }

  void abandon_look_up() {
    if (cut_ == cut::none) cut_ = cut::timed_out;
    fail(explained({}, "looking up " + host(), limits_.resolve));
  }

  void on_resolved(error_code ec, tcp::resolver::results_type const& found) {
    if (phase_ != phase::resolve || !done_) return;
    if (cut_ != cut::none) return;  // the timer's handler is already posted
    timer_.stop();
    if (ec) {
      return fail(error(ec, phase::resolve, "cannot look up " + host() + ": " + ec.message()));
    }
    std::vector<endpoint> addresses;
    for (auto const& entry : found) addresses.push_back(entry.endpoint());
    connect(std::move(addresses));
  }

  // -- TCP

  /// Whose addresses are tried: host and port.
  std::string peer() const { return host() + ":" + port(); }

  void connect(std::vector<endpoint> addresses) {
    addresses = in_racing_order(std::move(addresses), environment_->addresses->find(peer()));
    enter(phase::connect, limits_.connect);
    auto const head_start = address_race::head_start(addresses.size(), limits_.connect);
    auto const race = std::make_shared<address_race>(executor_, std::move(addresses), head_start);
    race_ = race;
    race->start(
        [self = shared_from_this()](address_race::attempt* winner) { self->on_connected(winner); });
  }

  void on_connected(address_race::attempt* winner) {
    timer_.stop();
    if (cut_ == cut::cancelled) return fail(aborted(phase::connect));
    if (winner == nullptr) return fail(not_connected());
    address_ = winner->where;
    socket_ = std::move(winner->socket);
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.set_option(boost::asio::socket_base::keep_alive(true), ignored);
    proxy_ ? ask_proxy() : secure();
  }

  error not_connected() const {
    std::string tried;
    error_code last = boost::asio::error::host_not_found;
    for (auto const& attempt : race_.lock()->attempts()) {
      auto const address = attempt.where.address().to_string();
      tried += (tried.empty() ? "" : "; ") +
               (attempt.where.address().is_v6() ? "[" + address + "]" : address) + ":" +
               std::to_string(attempt.where.port()) + ": " + attempt.outcome.message();
      last = attempt.outcome;
    }
    auto const what = "cannot connect to " + std::string(proxy_ ? "the proxy " : "") + host();
    return error(last, phase::connect, what + (tried.empty() ? "" : " (" + tried + ")"));
  }

  // -- proxy

  struct connect_exchange {
    boost::beast::http::request<boost::beast::http::empty_body> request{};
    response_head_reader answer{};
  };

  void ask_proxy() {
    enter(phase::proxy, limits_.proxy);
    connect_ = std::make_unique<connect_exchange>();
    bool const bracketed = target_.host.find(':') != std::string::npos;
    auto const authority =
        (bracketed ? "[" + target_.host + "]" : target_.host) + ":" + target_.port;
    auto& request = connect_->request;
    request.version(11);
    request.method(boost::beast::http::verb::connect);
    request.target(authority);
    request.set(boost::beast::http::field::host, authority);
    request.set(boost::beast::http::field::user_agent, environment_->user_agent);
    if (!proxy_->authorization.empty()) {
      request.set(boost::beast::http::field::proxy_authorization, proxy_->authorization.reveal());
    }
    // Not `then`: the timer runs on until the answer is there. A proxy may refuse and close before
    // the request is written: its answer can be read even if writing failed.
    boost::beast::http::async_write(socket_, request,
                                    [self = shared_from_this()](error_code, std::size_t) {
                                      async_read_head(self->socket_, self->connect_->answer,
                                                      self->then(&dialer::on_proxy_answer));
                                    });
  }

  void on_proxy_answer(error_code ec) {
    if (ec || cut_ != cut::none) {
      return fail(explained(ec, "asking the proxy " + host(), limits_.proxy));
    }
    auto const& answer = connect_->answer;
    if (answer.now() == response_head_reader::verdict::refused) {
      return fail(error(errc::malformed_response, phase::proxy,
                        unreadable_head("the proxy " + host(), answer)));
    }
    if (answer.head().status / 100 != 2) return fail(refused_by_proxy(answer.head()));
    // Bytes after the answer would be taken for the first bytes of the server.
    if (!answer.rest().empty()) {
      return fail(error(errc::proxy_refused, phase::proxy,
                        "the proxy " + host() + " sent more than an answer"));
    }
    connect_.reset();
    secure();
  }

  error refused_by_proxy(response_head const& answer) const {
    error_details details;
    details.phase = phase::proxy;
    details.http_status = answer.status;
    details.server_message = short_text(answer.reason);
    details.message = "the proxy " + host() + " refused to connect to " + target_.host;
    // tinyproxy answers 401 to a wrong password.
    if (answer.status == 407 || answer.status == 401) details.message += asked_by_proxy(answer);
    error refused(errc::proxy_refused, std::move(details));
    std::string_view const authorization = proxy_->authorization.reveal();
    gladia::detail::redact(refused, authorization.substr(authorization.find(' ') + 1));
    return refused;
  }

  std::string asked_by_proxy(response_head const& answer) const {
    std::string others;
    bool takes_basic = false;
    for (auto const& scheme : offered_schemes(answer.headers, "proxy-authenticate")) {
      takes_basic |= equals_ignoring_case(scheme, "basic");
      others += (others.empty() ? "" : ", ") + scheme;
    }
    if (!takes_basic && !others.empty()) {
      return ": it asks for authentication by " + short_text(others) +
             ", and only Basic is known here";
    }
    return proxy_->authorization.empty()
               ? ": it asks for a user name and password"
               : ": it does not take the user name and password it was given";
  }

  // -- TLS

  void secure() {
    if (!target_.is_secure()) return succeed(connected_stream(std::move(socket_)));
    tls_.emplace(std::move(socket_), *environment_->tls->context);
    enter(phase::tls, limits_.tls);
    if (!expect_peer(tls_->native_handle())) {
      // Without an expected name the certificate of any host would be accepted.
      return fail_later(error(boost::asio::error::no_memory, phase::tls));
    }
    tls_->async_handshake(boost::asio::ssl::stream_base::client, then(&dialer::on_secured));
  }

  /// Sets the name that the certificate must have, and SNI, which must hold no address and no port
  /// (https://github.com/boostorg/beast/issues/2006).
  bool expect_peer(SSL* ssl) const {
    error_code not_an_address;
    auto const address = boost::asio::ip::make_address(target_.host, not_an_address);
    if (!not_an_address) {
      return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), address.to_string().c_str()) == 1;
    }
    auto name = target_.host;
    if (name.back() == '.') name.pop_back();
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, name.c_str()) == 1 &&
           SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1;
  }

  void on_secured(error_code ec) {
    if (!ec && cut_ == cut::none) return succeed(connected_stream(std::move(*tls_)));
    auto const verdict = SSL_get_verify_result(tls_->native_handle());
    if (cut_ != cut::none || verdict == X509_V_OK) {
      auto e = explained(ec, "the TLS handshake with " + target_.host, limits_.tls);
      if (cut_ == cut::none) e.edit_details().message += tls_hint(ec);
      return fail(std::move(e));
    }
    fail(error(ec, phase::tls,
               "the certificate of " + target_.host + " was refused: " +
                   X509_verify_cert_error_string(verdict) + certificate_hint(verdict)));
  }

  // -- the end

  error explained(error_code ec, std::string const& what, std::chrono::milliseconds limit) const {
    if (cut_ == cut::cancelled) return aborted(phase_);
    if (cut_ == cut::timed_out) return error(errc::timeout, phase_, took_too_long(what, limit));
    ec = normalized(ec);
    return error(ec, phase_, what + " failed: " + ec.message());
  }

  void fail_later(error e) {
    boost::asio::post(executor_, [self = shared_from_this(), e = std::move(e)]() mutable {
      self->fail(std::move(e));
    });
  }

  void fail(error e) {
    tls_ ? close_socket(*tls_) : close_socket(socket_);
    if (address_ && cut_ != cut::cancelled) environment_->addresses->failed(peer(), *address_);
    if (e.code() == boost::asio::error::operation_aborted || cut_ != cut::cancelled) {
      return finish(std::move(e));
    }
    finish(aborted(phase_));
  }

  void succeed(connected_stream stream) {
    environment_->addresses->worked(peer(), *address_);
    finish(std::move(stream));
  }

  void finish(result<connected_stream> outcome) {
    timer_.stop();
    auto const done = std::exchange(done_, nullptr);
    done(std::move(outcome));
  }

  boost::asio::any_io_executor executor_;
  std::shared_ptr<link_environment const> environment_;
  net::url target_{};
  timeouts limits_{};
  handler done_{};
  std::optional<proxy> proxy_{};
  phase phase_ = phase::none;
  cut cut_ = cut::none;
  phase_timer timer_;  // bounds the phase
  tcp::resolver resolver_;
  std::weak_ptr<address_race> race_{};
  std::optional<endpoint> address_{};  // of the connection
  plain_stream socket_;                // later moved into `tls_`
  std::unique_ptr<connect_exchange> connect_{};
  std::optional<tls_stream> tls_{};
};

}  // namespace gladia::net::detail
