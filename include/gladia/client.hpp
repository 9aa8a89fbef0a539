#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <type_traits>

#include <gladia/client_options.hpp>
#include <gladia/config.hpp>
#include <gladia/live/client.hpp>
#include <gladia/pre_recorded/client.hpp>

namespace gladia {

/// The front door: who you are, where the server is, how the server is reached.
///
/// Making a client does not use the network. Options that cannot be right do not throw: every call
/// made through the client reports them, with `errc::invalid_options`, `invalid_url` or
/// `insecure_url`. The message says what to change. Sessions and calls may outlive the client.
///
/// ```
/// boost::asio::io_context io;
/// gladia::client client(io.get_executor());
/// auto session = client.live().session(request);
/// ```
///
/// Thread safety: every member may be called from any thread, except moving and destroying.
class client {
 public:
  /// The type of the executor that runs the handlers without an executor of their own.
  using executor_type = boost::asio::any_io_executor;

  /// A client whose work is done on `executor`. Several threads may run `executor`.
  ///
  /// The constructor reads certificate files and the environment. Later only certificates in
  /// folders are read: see `tls_options`.
  explicit client(executor_type executor, client_options options = {});

  /// A client whose work is done on `context`, for example an `io_context`.
  template <
      class ExecutionContext,
      std::enable_if_t<
          std::is_convertible_v<typename ExecutionContext::executor_type, executor_type>, int> = 0>
  explicit client(ExecutionContext& context, client_options options = {})
      : client(executor_type(context.get_executor()), std::move(options)) {
    detail::refer_to_running_asio();
  }

  /// A client with a thread of its own, for programs without Asio: see `live::threaded_session`.
  ///
  /// The thread ends when the client, its sessions and its calls are gone. No destructor waits for
  /// the thread, so a name lookup that hangs delays no destructor. The end of the program waits for
  /// the thread, for at most 1.5 s, so that links are closed in order. Throws `std::system_error`
  /// if the system has no thread to give.
  explicit client(client_options options = {});

  /// The executor that does the work, and that runs the handlers without an executor of their own.
  [[nodiscard]] executor_type get_executor() const noexcept { return live_.get_executor(); }

  /// Live transcription. The reference is valid as long as the client; a copy may outlive the
  /// client.
  [[nodiscard]] live::client const& live() const noexcept { return live_; }
  /// Transcription of recordings. The reference is valid as long as the client; a copy may outlive
  /// the client.
  [[nodiscard]] gladia::pre_recorded::client const& pre_recorded() const noexcept {
    return pre_recorded_;
  }

 private:
  explicit client(std::shared_ptr<api::detail::service const> const& service)
      : live_(service), pre_recorded_(service) {}

  live::client live_;
  gladia::pre_recorded::client pre_recorded_;
};

}  // namespace gladia

#ifdef GLADIA_HEADER_ONLY
#include <gladia/impl/client.ipp>
#endif
