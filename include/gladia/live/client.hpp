#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/deferred.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <gladia/api/detail/initiate.hpp>
#include <gladia/config.hpp>
#include <gladia/error.hpp>
#include <gladia/live/options.hpp>
#include <gladia/live/session.hpp>
#include <gladia/model/live_job.hpp>
#include <gladia/model/live_request.hpp>
#include <gladia/net/http.hpp>

namespace gladia::live {

/// Hears of one job after the other; false ends the walk. It must not throw. A job that could not
/// be read has its `id`, as far as that could be read, and says why in `unreadable`.
using job_visitor = std::function<bool(live_job)>;

/// Live transcription: sessions, and the jobs they leave behind.
///
/// Got from `gladia::client::live`; a small handle that may be copied and may outlive the client.
///
/// Every HTTP operation is retried as `client_options::retry` says (408, 425, 429, 5xx, network
/// errors, timeouts), honours `Retry-After`, and follows redirects without taking the key to
/// another origin. Common errors: those of the client's options (`missing_api_key`, `invalid_url`,
/// `insecure_url`, `invalid_options`, `no_trust_anchors`, `tls_unavailable`); network and TLS
/// errors and `errc::timeout`, with the phase; `proxy_refused`; `unauthorized`, `payment_required`,
/// `forbidden`, `bad_request`, `not_found` (also where `api_url` leads elsewhere),
/// `too_many_requests`, `server_error`, `unexpected_status`; `too_many_redirects`, `bad_redirect`;
/// `malformed_json`, `malformed_response` and `message_too_large` for an answer that is not
/// understood; `operation_aborted`. Calls for one job: `invalid_request` for an empty id.
///
/// Cancellation (any type) of an operation ends it with `operation_aborted`; the server may have
/// acted on it. Completion tokens and executors: as for `session`.
///
/// In a coroutine compiled by gcc 12, give requests, queries and options names of their own before
/// the `co_await`: it destroys a temporary like `async_list({.limit = 5})` twice.
///
/// Thread safety: every member may be called from any thread.
class client {
 public:
  using executor_type = boost::asio::any_io_executor;

  /// Used by `gladia::client`.
  explicit client(std::shared_ptr<api::detail::service const> service)
      : service_(std::move(service)) {}

  /// Where handlers run that have no executor of their own.
  [[nodiscard]] executor_type get_executor() const noexcept;

  /// A session that creates its job when it is run. Faults of the request are reported by
  /// `session::async_run`. Mirrors https://docs.gladia.io/api-reference/v2/live/init.
  [[nodiscard]] live::session session(live_request request, session_options options = {}) const;

  /// A session that joins a job made elsewhere, for example by a backend that keeps the API key.
  ///
  /// \param info     `url` and `id` as `async_init` gave them.
  /// \param request  The request the job was made with; only `audio` and `messages_config` count.
  ///   It must not have switched acknowledgements off: without them no audio can be let go.
  ///
  /// Faults of both are reported by `session::async_run`: `errc::invalid_url`, `insecure_url`,
  /// `invalid_request`. Whoever has the URL can use the session: hand it on over encrypted links.
  [[nodiscard]] live::session attach(live_session_info info, live_request request,
                                     session_options options = {}) const;

  /// Creates a job without connecting to it.
  ///
  /// Handler signature: `void(gladia::result<gladia::live_session_info>)`. The URL in it is secret:
  /// whoever has it can use the session. Errors: the common ones, and `errc::invalid_request`
  /// before any network. An attempt that was written and not answered is tried once more, with a
  /// log line that a session may have been left behind. Mirrors
  /// https://docs.gladia.io/api-reference/v2/live/init.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_init(live_request request,
                                CompletionToken&& token = CompletionToken()) const {
    return initiate<live_session_info>(&client::start_init, token, std::move(request));
  }

  /// Asks for a job.
  ///
  /// Handler signature: `void(gladia::result<gladia::live_job>)`. Errors: the common ones, and
  /// `errc::not_found`. Mirrors https://docs.gladia.io/api-reference/v2/live/get.
  /// \param id  As in `live_session_info::id` or `summary::job_id`.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_get(std::string id, CompletionToken&& token = CompletionToken()) const {
    return initiate<live_job>(&client::start_get, token, std::move(id));
  }

  /// Asks for one page of jobs, newest first.
  ///
  /// Handler signature: `void(gladia::result<gladia::live_job_page>)`. Errors: the common ones.
  /// Mirrors https://docs.gladia.io/api-reference/v2/live/list.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_list(live_list_query query = live_list_query(),
                                CompletionToken&& token = CompletionToken()) const {
    return initiate<live_job_page>(&client::start_list, token, std::move(query));
  }

  /// Asks for the page behind `page`. Of its `next` only path and query are taken, behind the path
  /// of `client_options::api_url`: the key goes to nobody else.
  ///
  /// Handler signature: `void(gladia::result<gladia::live_job_page>)`. Errors: the common ones, and
  /// `errc::invalid_request` where `page.next` is not set: `page` is the last one.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_list_next(live_job_page const& page,
                                     CompletionToken&& token = CompletionToken()) const {
    return initiate<live_job_page>(&client::start_list_next, token,
                                   page.next.value_or(std::string()));
  }

  /// Walks over all jobs that match, page by page.
  ///
  /// Handler signature: `void(gladia::result<std::size_t>)`: how many jobs were visited. Errors:
  /// the common ones, and `errc::malformed_response` where the pages lead in a circle; jobs visited
  /// before the error stay visited.
  /// \param visit  Called on the client's executor, for one job at a time; returns whether to go
  ///   on.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_list_all(live_list_query query, job_visitor visit,
                                    CompletionToken&& token = CompletionToken()) const {
    return initiate<std::size_t>(&client::start_list_all, token, std::move(query),
                                 std::move(visit));
  }

  /// Deletes a job with its audio and transcript.
  ///
  /// Handler signature: `void(gladia::result<void>)`. Errors: the common ones; `errc::forbidden`
  /// while the job is not done: try again later; `errc::not_found`, unless an earlier attempt of
  /// this call may have deleted it. Mirrors https://docs.gladia.io/api-reference/v2/live/delete.
  /// \param id  As in `live_session_info::id` or `summary::job_id`.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_delete(std::string id,
                                  CompletionToken&& token = CompletionToken()) const {
    return initiate<void>(&client::start_delete, token, std::move(id));
  }

  /// Downloads the audio of a job, a WAV file, into `sink`.
  ///
  /// Handler signature: `void(gladia::result<void>)`. Errors: the common ones, `errc::not_found`,
  /// and what the sink returns. Not retried once the sink has got something. There is no limit for
  /// the whole, only for a silence of the server: 10 s, then `errc::timeout`.
  /// \param sink      Called with each part, on the client's executor, which waits for it.
  /// \param progress  Called after each part, if it is not empty.
  /// Mirrors https://docs.gladia.io/api-reference/v2/live/get-audio.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_download(std::string id, net::body_sink sink,
                                    net::body_progress progress = {},
                                    CompletionToken&& token = CompletionToken()) const {
    return initiate<void>(&client::start_download, token, std::move(id), std::move(sink),
                          std::move(progress));
  }

  /// Downloads the audio of a job into a file. The file has its name only when it is whole: until
  /// then it is `path` with `.part` behind it, which is removed on any error.
  ///
  /// Handler signature and errors: as `async_download`, and those of the file system.
  /// \param path  An existing file is replaced, and so is one with `.part` behind it: two downloads
  ///   at a time need two paths. It is written on the client's executor.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_download_file(std::string id, std::string path,
                                         net::body_progress progress = {},
                                         CompletionToken&& token = CompletionToken()) const {
    return initiate<void>(&client::start_download_file, token, std::move(id), std::move(path),
                          std::move(progress));
  }

 private:
  template <class T>
  using handler = api::detail::handler<T>;

  template <class T, class CompletionToken, class... Args>
  auto initiate(void (client::*start)(handler<T>, Args...) const, CompletionToken& token,
                Args... args) const {
    return api::detail::initiate<T>(service_, start, token, std::move(args)...);
  }

  void start_init(handler<live_session_info> h, live_request request) const;
  void start_get(handler<live_job> h, std::string id) const;
  void start_list(handler<live_job_page> h, live_list_query query) const;
  void start_list_next(handler<live_job_page> h, std::string next) const;
  void start_list_all(handler<std::size_t> h, live_list_query query, job_visitor visit) const;
  void start_delete(handler<void> h, std::string id) const;
  void start_download(handler<void> h, std::string id, net::body_sink sink,
                      net::body_progress progress) const;
  void start_download_file(handler<void> h, std::string id, std::string path,
                           net::body_progress progress) const;

  std::shared_ptr<api::detail::service const> service_;
};

}  // namespace gladia::live

#ifdef GLADIA_HEADER_ONLY
#include <gladia/live/impl/client.ipp>
#endif
