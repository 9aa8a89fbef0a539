#pragma once

#include <gladia/testing/emulator.hpp>
//
#include <openssl/ssl.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gladia/net/detail/text.hpp>
#include <gladia/net/impl/private_handle.ipp>
#include <gladia/testing/impl/certificate.ipp>
#include <gladia/testing/impl/http_connection.ipp>
#include <gladia/testing/impl/recogniser.ipp>
#include <gladia/testing/impl/script.ipp>
#include <gladia/testing/impl/service.ipp>

namespace gladia::testing {

GLADIA_DECL http_fault bad_gateway(testing::route route, int times) {
  http_fault fault;
  fault.route = route;
  fault.times = times;
  fault.status = 502;
  fault.content_type = "text/html";
  fault.body = "<html><body><h1>502 Bad Gateway</h1></body></html>";
  return fault;
}

GLADIA_DECL std::string request_report::header(std::string const& name) const {
  for (auto const& [key, value] : headers) {
    if (net::detail::equals_ignoring_case(key, name)) return value;
  }
  return {};
}

namespace detail {

#ifdef _WIN32
constexpr bool takes_lingering_port = false;  // Windows would share a port with who listens there
#else
constexpr bool takes_lingering_port = true;
#endif

/// A port that accepts connections.
class listener : public std::enable_shared_from_this<listener> {
 public:
  using accepted = std::function<void(tcp::socket)>;

  listener(std::shared_ptr<shared_state> shared, accepted handler)
      : shared_(std::move(shared)),
        acceptor_(shared_->executor),
        pause_(shared_->executor),
        handler_(std::move(handler)) {}

  error_code open(tcp::endpoint const& where) {
    error_code ec;
    net::detail::open_private(acceptor_, where.protocol(), ec);
    if (!ec) acceptor_.non_blocking(true, ec);
    if (!ec) acceptor_.set_option(asio::socket_base::reuse_address(takes_lingering_port), ec);
    if (!ec) acceptor_.bind(where, ec);
    if (!ec) acceptor_.listen(asio::socket_base::max_listen_connections, ec);
    return ec;
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  void start() {
    auto take = [self = shared_from_this()](error_code ec, tcp::socket socket) {
      if (!self->acceptor_.is_open()) return;
      // The thread that waited may have given up.
      if (ec == asio::error::would_block || ec == asio::error::connection_aborted) {
        return self->start();
      }
      if (ec) return self->start_later(ec);
      self->handler_(std::move(socket));
      self->start();
    };
    net::detail::async_accept_private(acceptor_, std::move(take));
  }
  void close() {
    error_code ec;
    acceptor_.close(ec);
    pause_.cancel();
  }

 private:
  // Without a pause, accepting would take all time while file descriptors are short.
  void start_later(error_code why) {
    shared_->log("cannot accept a connection: " + why.message());
    pause_.expires_after(std::chrono::milliseconds(100));
    pause_.async_wait([self = shared_from_this()](error_code ec) {
      if (!ec && self->acceptor_.is_open()) self->start();
    });
  }

  std::shared_ptr<shared_state> shared_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  accepted handler_;
};

inline error unusable(std::string const& what, std::string const& why) {
  return error(errc::invalid_options, what + ": " + why);
}

inline result<std::string> read_file(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return unusable(path, "cannot be read");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace detail

/// Everything an emulator consists of. The context is the first member, so that objects that its
/// handlers own are destroyed last.
class emulator::impl {
 public:
  explicit impl(emulator_options options)
      : shared_(
            std::make_shared<detail::shared_state>(context_.get_executor(), std::move(options))),
        service_(std::make_shared<detail::service>(shared_)) {}
  impl(impl const&) = delete;
  impl& operator=(impl const&) = delete;

  ~impl() {
    if (!thread_.joinable()) return;
    detail::asio::post(context_, [this] { shut_down(); });
    thread_.join();
  }

  result<void> start() {
    if (auto ready = read_script(); !ready) return ready.error();
    if (auto ready = choose_words(); !ready) return ready.error();
    if (auto ready = prepare_tls(); !ready) return ready.error();
    auto const& options = shared_->options;
    api_ = make_listener([this](tcp_socket socket) {
      accept(std::move(socket), shared_->url, !has_storage(), true);
    });
    error_code not_an_address;
    host_ = detail::asio::ip::make_address(options.host, not_an_address);
    if (not_an_address) return detail::unusable("host " + options.host, "is no address");
    if (auto ec = api_->open({host_, options.port})) {
      return error(
          ec, phase::none,
          "port " + std::to_string(options.port) + " of " + options.host + " cannot be had");
    }
    shared_->url = shared_->storage_url = url_of(*api_);
    shared_->url_follows_host = !host_.is_loopback();
    if (has_storage()) {
      storage_ = make_listener([this](tcp_socket socket) {
        accept(std::move(socket), shared_->storage_url, true, false);
      });
      if (auto ec = storage_->open({host_, 0})) return error(ec, phase::none, "no port for files");
      shared_->storage_url = url_of(*storage_);
      storage_->start();
    }
    api_->start();
    if (wants_recogniser_) shared_->words = &words_.emplace();
    thread_ = std::thread([this] { context_.run(); });
    return {};
  }

  /// Runs `question` on the emulator's thread and returns its answer.
  template <class Question>
  auto ask(Question question) {
    std::packaged_task<decltype(question())()> task(std::move(question));
    auto answer = task.get_future();
    detail::asio::post(context_, [&task] { task(); });
    return answer.get();
  }

  detail::shared_state& shared() { return *shared_; }
  detail::service& service() { return *service_; }
  std::string const& certificate() const { return certificate_; }
  std::string const& words() const { return words_text_; }

 private:
  using tcp_socket = detail::tcp::socket;
  using ip_address = detail::asio::ip::address;

  result<void> read_script() {
    auto& options = shared_->options;
    if (options.script.empty()) return {};
    auto parsed = detail::parse_script(options.script);
    if (!parsed) return parsed.error();
    if (parsed->empty()) return detail::unusable("script", "holds no words");
    shared_->script = std::move(*parsed);
    return {};
  }

  result<void> choose_words() {
    auto const wanted = shared_->options.words;
    if (!shared_->options.script.empty()) {
      words_text_ = "script";
    } else if (wanted != word_source::none && detail::decoder::is_installed()) {
      words_text_ = "pocketsphinx";
      wants_recogniser_ = true;
    } else if (wanted == word_source::pocketsphinx) {
      return detail::unusable("words", "PocketSphinx or its model is not installed");
    }
    return {};
  }

  result<void> prepare_tls() {
    auto const& options = shared_->options;
    if (options.certificate_file.empty() != options.key_file.empty()) {
      return detail::unusable("TLS", "needs the certificate's file and the key's file");
    }
    detail::certificate own;
    if (!options.certificate_file.empty()) {
      auto certificate = detail::read_file(options.certificate_file);
      if (!certificate) return certificate.error();
      auto key = detail::read_file(options.key_file);
      if (!key) return key.error();
      own = {std::move(*certificate), std::move(*key)};
    } else if (options.tls) {
      own = detail::make_certificate();
    } else {
      return {};
    }
    error_code ec;
    tls_.emplace(detail::asio::ssl::context::tls_server);
    tls_->set_options(detail::asio::ssl::context::no_tlsv1 | detail::asio::ssl::context::no_tlsv1_1,
                      ec);
    tls_->use_certificate_chain(detail::asio::buffer(own.pem), ec);
    if (ec) return detail::unusable(options.certificate_file, "holds no certificate in PEM form");
    tls_->use_private_key(detail::asio::buffer(own.key), detail::asio::ssl::context::pem, ec);
    if (ec) return detail::unusable(options.key_file, "holds no key of that certificate");
    certificate_ = std::move(own.pem);
    return {};
  }

  std::shared_ptr<detail::listener> make_listener(detail::listener::accepted handler) {
    return std::make_shared<detail::listener>(shared_, std::move(handler));
  }

  std::string url_of(detail::listener const& where) const {
    auto reachable = host_;
    if (host_.is_unspecified()) {
      reachable = host_.is_v4() ? ip_address(detail::asio::ip::address_v4::loopback())
                                : ip_address(detail::asio::ip::address_v6::loopback());
    }
    auto const name = reachable.to_string();
    return (tls_ ? "https://" : "http://") + (reachable.is_v4() ? name : "[" + name + "]") + ":" +
           std::to_string(where.port());
  }

  /// Whether files come from a port of their own. Not if URLs follow `Host`: it names one port
  /// only.
  bool has_storage() const { return shared_->options.separate_storage && host_.is_loopback(); }

  void accept(tcp_socket socket, std::string const& origin, bool is_storage, bool is_api) {
    error_code ec;
    socket.set_option(detail::tcp::no_delay(true), ec);
    auto connection = std::make_shared<detail::http_connection>(
        detail::byte_stream(std::move(socket), tls_ ? &*tls_ : nullptr), service_, origin,
        is_storage, is_api);
    // Dead connections are removed now and then.
    if (connections_.size() > 64) {
      connections_.erase(std::remove_if(connections_.begin(), connections_.end(),
                                        [](auto const& weak) { return weak.expired(); }),
                         connections_.end());
    }
    connections_.push_back(connection);
    connection->start();
  }

  void shut_down() {
    api_->close();
    if (storage_) storage_->close();
    for (auto const& weak : connections_) {
      if (auto const connection = weak.lock()) connection->shut_down();
    }
    service_->shut_down();
    limit_.expires_after(std::chrono::milliseconds(500));
    limit_.async_wait([this](error_code) { context_.stop(); });
    check_for_end();
  }

  // The wait ends early once the connections of all sessions have ended.
  void check_for_end() {
    pause_.expires_after(std::chrono::milliseconds(5));
    pause_.async_wait([this](error_code) {
      if (service_->is_at_rest()) return context_.stop();
      check_for_end();
    });
  }

  detail::asio::io_context context_{1};
  detail::asio::executor_work_guard<detail::asio::io_context::executor_type> work_{
      context_.get_executor()};
  detail::asio::steady_timer limit_{context_};
  detail::asio::steady_timer pause_{context_};
  std::optional<detail::asio::ssl::context> tls_{};
  std::string certificate_{};
  std::string words_text_ = "none (speech events only)";
  bool wants_recogniser_ = false;
  std::shared_ptr<detail::shared_state> shared_;
  std::shared_ptr<detail::service> service_;
  ip_address host_{};
  std::shared_ptr<detail::listener> api_{};
  std::shared_ptr<detail::listener> storage_{};
  std::vector<std::weak_ptr<detail::http_connection>> connections_{};
  std::thread thread_{};
  std::optional<detail::recogniser> words_{};
};

GLADIA_DECL emulator::emulator(std::unique_ptr<impl> implementation) noexcept
    : impl_(std::move(implementation)) {}
GLADIA_DECL emulator::emulator(emulator&&) noexcept = default;
GLADIA_DECL emulator& emulator::operator=(emulator&&) noexcept = default;
GLADIA_DECL emulator::~emulator() = default;

GLADIA_DECL result<emulator> emulator::start(emulator_options options) {
  auto implementation = std::make_unique<impl>(std::move(options));
  if (auto started = implementation->start(); !started) return started.error();
  return emulator(std::move(implementation));
}

GLADIA_DECL std::string emulator::url() const {
  return impl_->shared().url;
}
GLADIA_DECL std::string emulator::storage_url() const {
  return impl_->shared().storage_url;
}
GLADIA_DECL std::string emulator::ca_pem() const {
  return impl_->certificate();
}
GLADIA_DECL std::string emulator::words() const {
  return impl_->words();
}

GLADIA_DECL void emulator::set_faults(testing::faults faults) {
  impl_->ask([&] {
    impl_->shared().faults = detail::active_faults(std::move(faults));
    for (auto const& session : impl_->service().live().sessions()) session->on_shared_faults();
  });
}

GLADIA_DECL void emulator::set_faults(std::string const& session_id, testing::faults faults) {
  impl_->ask([&] {
    if (auto const session = impl_->service().live().find(session_id)) {
      session->set_faults(std::move(faults));
    } else if (auto const job = impl_->service().recordings().find(session_id)) {
      job->set_faults(std::move(faults));
    }
  });
}

GLADIA_DECL void emulator::cut(std::string const& session_id, cut_plan plan) {
  impl_->ask([&] {
    if (auto const session = impl_->service().live().find(session_id)) session->cut(plan);
  });
}

GLADIA_DECL void emulator::inject(std::string const& session_id, injection what) {
  impl_->ask([&] {
    if (auto const session = impl_->service().live().find(session_id))
      session->inject(std::move(what));
  });
}

GLADIA_DECL std::optional<session_report> emulator::report(std::string const& session_id) const {
  return impl_->ask([&]() -> std::optional<session_report> {
    auto const session = impl_->service().live().find(session_id);
    if (!session) return std::nullopt;
    return session->report();
  });
}

GLADIA_DECL std::vector<session_report> emulator::reports() const {
  return impl_->ask([&] {
    std::vector<session_report> all;
    for (auto const& session : impl_->service().live().sessions()) {
      all.push_back(session->report());
    }
    return all;
  });
}

GLADIA_DECL std::vector<recording_report> emulator::recordings() const {
  return impl_->ask([&] {
    std::vector<recording_report> all;
    for (auto const& job : impl_->service().recordings().jobs()) all.push_back(job->report());
    return all;
  });
}

GLADIA_DECL std::vector<request_report> emulator::requests() const {
  return impl_->ask([&] {
    auto const& all = impl_->service().requests();
    return std::vector<request_report>(all.begin(), all.end());
  });
}

GLADIA_DECL std::string emulator::audio(std::string const& session_id) const {
  return impl_->ask([&] {
    auto const session = impl_->service().live().find(session_id);
    return session ? session->audio() : std::string();
  });
}

GLADIA_DECL std::string emulator::audio(std::string const& session_id,
                                        std::size_t connection) const {
  return impl_->ask([&] {
    auto const session = impl_->service().live().find(session_id);
    return session ? session->audio(connection) : std::string();
  });
}

GLADIA_DECL std::optional<session_report> emulator::wait_until(
    std::function<bool(session_report const&)> const& predicate,
    std::chrono::milliseconds timeout) const {
  auto const deadline = std::chrono::steady_clock::now() + timeout;
  auto const& changes = impl_->shared().changes;
  while (true) {
    auto const seen = changes.version();
    for (auto& candidate : reports()) {
      if (predicate(candidate)) return std::move(candidate);
    }
    if (!changes.wait(seen, deadline)) return std::nullopt;
  }
}

GLADIA_DECL std::optional<session_report> emulator::wait_until(
    std::string const& session_id, std::function<bool(session_report const&)> const& predicate,
    std::chrono::milliseconds timeout) const {
  return wait_until(
      [&](session_report const& candidate) {
        return candidate.id == session_id && predicate(candidate);
      },
      timeout);
}

}  // namespace gladia::testing
