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

/// A function that `async_list_all` calls with each job, one after the other.
///
/// The function returns whether to go on: false ends the walk. The function must not throw. If a
/// job cannot be read, the function is called with a job in which only `id` (if the id can be read)
/// and `unreadable` (why not) are set.
using job_visitor = std::function<bool(live_job)>;

/// Live transcription: sessions, and the jobs they leave behind.
///
/// `gladia::client::live` gives this object: a small handle, which may be copied and may outlive
/// the client.
///
/// Every HTTP operation is retried as `client_options::retry` says (408, 425, 429, 5xx, network
/// errors, timeouts), waits as long as `Retry-After` asks, for up to `http_retry::retry_after_cap`,
/// and follows redirects without sending the key to another origin.
///
/// Common errors:
/// - `errc::missing_api_key`, `invalid_url`, `insecure_url`, `invalid_options`, `no_trust_anchors`,
///   `tls_unavailable`: the client's options are wrong;
/// - network and TLS errors and `errc::timeout`, with the phase; `errc::proxy_refused`;
/// - `errc::unauthorized`, `payment_required`, `forbidden`, `bad_request`, `not_found` (also where
///   `api_url` leads to another server), `too_many_requests`, `server_error`, `unexpected_status`;
/// - `errc::too_many_redirects`, `bad_redirect`;
/// - `errc::malformed_json`, `malformed_response`, `message_too_large`: the answer cannot be read;
/// - `errc::invalid_request`: a call for one job has an empty id;
/// - `operation_aborted`: the operation was cancelled.
///
/// Cancellation (any type) ends an operation with `operation_aborted`; the server may have carried
/// out the operation. Completion tokens and executors: as for `session`.
///
/// In a coroutine compiled by gcc 12, give requests, queries and options names of their own before
/// the `co_await`: gcc 12 destroys a temporary like `async_list({.limit = 5})` twice.
///
/// Thread safety: every member may be called from any thread.
class client {
 public:
  /// The type of the executor that runs the handlers without an executor of their own.
  using executor_type = boost::asio::any_io_executor;

  /// Not for users, who get this object from `gladia::client`.
  explicit client(std::shared_ptr<api::detail::service const> service)
      : service_(std::move(service)) {}

  /// The client's executor, which runs the handlers without an executor of their own.
  [[nodiscard]] executor_type get_executor() const noexcept;

  /// A session that creates its job when `session::async_run` is called. `async_run` also reports
  /// faults of the request. Mirrors https://docs.gladia.io/api-reference/v2/live/init.
  [[nodiscard]] live::session session(live_request request, session_options options = {}) const;

  /// A session for a job that was made elsewhere, for example by a backend that keeps the API key.
  ///
  /// `session::async_run` reports faults of both parameters: `errc::invalid_url`, `insecure_url`,
  /// `invalid_request`. Whoever has the URL can use the session: send the URL over encrypted
  /// connections only.
  /// \param info     `url` and `id` as `async_init` gave them.
  /// \param request  The request the job was made with; only `audio` and `messages_config` count.
  ///   The request must not switch acknowledgements off: without acknowledgements no audio could be
  ///   released.
  [[nodiscard]] live::session attach(live_session_info info, live_request request,
                                     session_options options = {}) const;

  /// Creates a job without connecting to it.
  ///
  /// Handler signature: `void(gladia::result<gladia::live_session_info>)`. Keep the URL in the
  /// result secret: whoever has the URL can use the session. Errors: the common ones;
  /// `errc::invalid_request` before anything is sent. A request that was sent and not answered is
  /// sent once more, and a log line says that a session may have been left behind at the server.
  /// Mirrors https://docs.gladia.io/api-reference/v2/live/init.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_init(live_request request,
                                CompletionToken&& token = CompletionToken()) const {
    return initiate<live_session_info>(&client::start_init, token, std::move(request));
  }

  /// Gets a job with its result.
  ///
  /// Handler signature: `void(gladia::result<gladia::live_job>)`. Errors: the common ones, and
  /// `errc::not_found`. Mirrors https://docs.gladia.io/api-reference/v2/live/get.
  /// \param id  As in `live_session_info::id` or `summary::job_id`.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_get(std::string id, CompletionToken&& token = CompletionToken()) const {
    return initiate<live_job>(&client::start_get, token, std::move(id));
  }

  /// Gets one page of jobs, newest first.
  ///
  /// Handler signature: `void(gladia::result<gladia::live_job_page>)`. Errors: the common ones.
  /// Mirrors https://docs.gladia.io/api-reference/v2/live/list.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_list(live_list_query query = live_list_query(),
                                CompletionToken&& token = CompletionToken()) const {
    return initiate<live_job_page>(&client::start_list, token, std::move(query));
  }

  /// Gets the page after `page`.
  ///
  /// Only path and query of `page.next` are used, appended to `client_options::api_url`, so that
  /// the key is sent to no other server.
  ///
  /// Handler signature: `void(gladia::result<gladia::live_job_page>)`. Errors: the common ones;
  /// `errc::invalid_request` if `page.next` is not set, because `page` is the last page.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_list_next(live_job_page const& page,
                                     CompletionToken&& token = CompletionToken()) const {
    return initiate<live_job_page>(&client::start_list_next, token,
                                   page.next.value_or(std::string()));
  }

  /// Walks over all jobs that match, page by page.
  ///
  /// Handler signature: `void(gladia::result<std::size_t>)`, with the number of jobs visited.
  /// Errors: the common ones; `errc::malformed_response` if a page leads back to an earlier page.
  /// `visit` may have been called before an error.
  /// \param query  Which jobs to list.
  /// \param visit  Called on the client's executor, with one job at a time; returns whether to go
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
  /// while the job is neither done nor failed: try again later; `errc::not_found` if there is no
  /// such job, unless an earlier attempt of this call may have deleted the job. Mirrors
  /// https://docs.gladia.io/api-reference/v2/live/delete.
  /// \param id  As in `live_session_info::id` or `summary::job_id`.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_delete(std::string id,
                                  CompletionToken&& token = CompletionToken()) const {
    return initiate<void>(&client::start_delete, token, std::move(id));
  }

  /// Downloads the audio of a job, a WAV file, into `sink`.
  ///
  /// Handler signature: `void(gladia::result<void>)`. Errors: the common ones; `errc::not_found`;
  /// the errors that `sink` returns. A download is not retried once `sink` was called. There is no
  /// limit for the whole download; a silence of the server of 60 s ends the download with
  /// `errc::timeout`. Mirrors https://docs.gladia.io/api-reference/v2/live/get-audio.
  /// \param id        As in `live_session_info::id` or `summary::job_id`.
  /// \param sink      Called with each part of the file, on the client's executor. The next part is
  ///   read when `sink` has returned.
  /// \param progress  Called after each part. May be empty.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_download(std::string id, net::body_sink sink,
                                    net::body_progress progress = {},
                                    CompletionToken&& token = CompletionToken()) const {
    return initiate<void>(&client::start_download, token, std::move(id), std::move(sink),
                          std::move(progress));
  }

  /// Downloads the audio of a job into a file.
  ///
  /// While the download goes on, the file is named `path` followed by `.part`; any error removes
  /// that file. A file named `path` is always whole.
  ///
  /// Handler signature and errors: as `async_download`; also errors of the file system, and
  /// `errc::invalid_request` if `path` exists and is no regular file.
  /// \param id        As in `live_session_info::id` or `summary::job_id`.
  /// \param path      Existing files `path` and `path` followed by `.part` are replaced, so two
  ///   downloads at a time need two paths. The file is written on the client's executor.
  /// \param progress  As for `async_download`.
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
