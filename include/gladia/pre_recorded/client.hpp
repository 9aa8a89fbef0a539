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
#include <gladia/model/pre_recorded_job.hpp>
#include <gladia/model/pre_recorded_request.hpp>
#include <gladia/net/http.hpp>
#include <gladia/pre_recorded/options.hpp>

namespace gladia::pre_recorded {

/// Hears of one job after the other; false ends the walk. It must not throw. A job that could not
/// be read has its `id`, as far as that could be read, and says why in `unreadable`.
using job_visitor = std::function<bool(pre_recorded_job)>;

/// Transcription of recordings: they are uploaded, a job is created, and the job is waited for.
///
/// Got from `gladia::client::pre_recorded`; a small handle that may be copied and may outlive the
/// client. Retries, redirects, the common errors, cancellation, executors and thread safety are
/// those of `live::client`, but where a function says otherwise.
///
/// In a coroutine compiled by gcc 12, give requests, queries and options names of their own before
/// the `co_await`: it destroys a temporary twice.
class client {
 public:
  using executor_type = boost::asio::any_io_executor;

  /// Used by `gladia::client`.
  explicit client(std::shared_ptr<api::detail::service const> service)
      : service_(std::move(service)) {}

  /// Where handlers run that have no executor of their own.
  [[nodiscard]] executor_type get_executor() const noexcept;

  /// Uploads a file, 64 KiB at a time: it is never whole in memory.
  ///
  /// Handler signature: `void(gladia::result<gladia::uploaded_audio>)`. Completes when the service
  /// has all of it. Before any network: errors of the file system, `errc::invalid_request` for an
  /// empty path, a folder, a pipe and an empty file. Then the common ones; `errc::truncated_audio`
  /// where the file became shorter meanwhile (of a longer one the first part is sent);
  /// `errc::bad_request` where it is too large (413), which is not tried again;
  /// `errc::bad_redirect` for a redirect to another origin. There is no limit for the whole, only
  /// for a standstill while sending, 30 s, and for the answer, 300 s. What was uploaded before an
  /// error may stay at the service.
  /// \param path      In UTF-8. It is read on the client's executor.
  /// \param progress  Called before the first part and after each, if it is not empty.
  /// Mirrors https://docs.gladia.io/api-reference/v2/upload/audio-file.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_upload_file(std::string path, upload_progress progress = {},
                                       CompletionToken&& token = CompletionToken()) const {
    return initiate<uploaded_audio>(&client::start_upload_file, token, std::move(path),
                                    std::move(progress));
  }

  /// Uploads what `source` gives: as `async_upload_file`. `errc::invalid_request` for a source
  /// without a size or without `read`.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_upload(audio_source source, upload_progress progress = {},
                                  CompletionToken&& token = CompletionToken()) const {
    return initiate<uploaded_audio>(&client::start_upload, token, std::move(source),
                                    std::move(progress));
  }

  /// Has the service fetch a recording from `url`.
  ///
  /// Handler signature: `void(gladia::result<gladia::uploaded_audio>)`. Errors: the common ones.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_upload_url(std::string url,
                                      CompletionToken&& token = CompletionToken()) const {
    return initiate<uploaded_audio>(&client::start_upload_url, token, std::move(url));
  }

  /// Creates a job.
  ///
  /// Handler signature: `void(gladia::result<gladia::pre_recorded_info>)`. Errors: the common ones,
  /// and `errc::invalid_request` before any network. No second job is made in silence: the request
  /// is sent again only if it was not sent whole, or after a 429. Of any other failure behind that
  /// `details().may_have_been_made` tells whether there may be a job; look at `async_list` before
  /// you try again. Mirrors https://docs.gladia.io/api-reference/v2/pre-recorded/init.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_create(pre_recorded_request request,
                                  CompletionToken&& token = CompletionToken()) const {
    return initiate<pre_recorded_info>(&client::start_create, token, std::move(request));
  }

  /// Asks for a job: also one that failed, whose status is then `error`.
  ///
  /// Handler signature: `void(gladia::result<gladia::pre_recorded_job>)`. Errors: the common ones,
  /// and `errc::not_found`. Mirrors https://docs.gladia.io/api-reference/v2/pre-recorded/get.
  /// \param id  As in `pre_recorded_info::id`.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_get(std::string id, CompletionToken&& token = CompletionToken()) const {
    return initiate<pre_recorded_job>(&client::start_get, token, std::move(id));
  }

  /// Waits until a job is done: asks for it after a second, then less and less often.
  ///
  /// Handler signature: `void(gladia::result<gladia::pre_recorded_job>)`. Network errors, 408, 425,
  /// 429, 5xx and answers that cannot be read do not end a wait, nor does a 404 in the first 10 s
  /// of a job that was never seen. Errors: `errc::job_failed` for a job with the status `error`,
  /// with `details().job_error_code`; `errc::timeout` at the deadline, while the job goes on; else
  /// the common ones. `details().job_id` names the job. A `Retry-After` is honoured; one that goes
  /// beyond the deadline ends the wait at once.
  ///
  /// Cancellation leaves the job: it goes on, and costs what it costs. `async_delete` takes it away
  /// once it is done.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_wait(std::string id, wait_options options = {},
                                CompletionToken&& token = CompletionToken()) const {
    return initiate<pre_recorded_job>(&client::start_wait, token, std::move(id),
                                      std::move(options));
  }

  /// Uploads a file, creates a job for it, and waits until that is done.
  ///
  /// Handler signature: `void(gladia::result<gladia::pre_recorded_job>)`. Errors: those of
  /// `async_upload_file`, `async_create` and `async_wait`.
  /// \param request  Its `audio_url` is replaced.
  /// \param options  Its `progress` is told the URL of the upload: with that, a second try needs
  ///   none.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_transcribe_file(std::string path, pre_recorded_request request = {},
                                           transcribe_options options = {},
                                           CompletionToken&& token = CompletionToken()) const {
    return initiate<pre_recorded_job>(&client::start_transcribe_file, token, std::move(path),
                                      std::move(request), std::move(options));
  }

  /// Creates a job for the recording at `url`, and waits until that is done. Uploads nothing: the
  /// only way for accounts with zero data retention.
  ///
  /// Handler signature and errors: as `async_transcribe_file`.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_transcribe_url(std::string url, pre_recorded_request request = {},
                                          transcribe_options options = {},
                                          CompletionToken&& token = CompletionToken()) const {
    return initiate<pre_recorded_job>(&client::start_transcribe_url, token, std::move(url),
                                      std::move(request), std::move(options));
  }

  /// Asks for one page of jobs, newest first.
  ///
  /// Handler signature: `void(gladia::result<gladia::pre_recorded_job_page>)`. Errors: the common
  /// ones. Mirrors https://docs.gladia.io/api-reference/v2/pre-recorded/list.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_list(pre_recorded_list_query query = pre_recorded_list_query(),
                                CompletionToken&& token = CompletionToken()) const {
    return initiate<pre_recorded_job_page>(&client::start_list, token, std::move(query));
  }

  /// Asks for the page behind `page`: as `live::client::async_list_next`.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_list_next(pre_recorded_job_page const& page,
                                     CompletionToken&& token = CompletionToken()) const {
    return initiate<pre_recorded_job_page>(&client::start_list_next, token,
                                           page.next.value_or(std::string()));
  }

  /// Walks over all jobs that match, page by page: as `live::client::async_list_all`.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_list_all(pre_recorded_list_query query, job_visitor visit,
                                    CompletionToken&& token = CompletionToken()) const {
    return initiate<std::size_t>(&client::start_list_all, token, std::move(query),
                                 std::move(visit));
  }

  /// Deletes a job with its audio and transcript.
  ///
  /// Handler signature and errors: as `live::client::async_delete`; `errc::forbidden` while the job
  /// is not done. Mirrors https://docs.gladia.io/api-reference/v2/pre-recorded/delete.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_delete(std::string id,
                                  CompletionToken&& token = CompletionToken()) const {
    return initiate<void>(&client::start_delete, token, std::move(id));
  }

  /// Downloads the audio of a job: as `live::client::async_download`.
  /// Mirrors https://docs.gladia.io/api-reference/v2/pre-recorded/get-audio.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_download(std::string id, net::body_sink sink,
                                    net::body_progress progress = {},
                                    CompletionToken&& token = CompletionToken()) const {
    return initiate<void>(&client::start_download, token, std::move(id), std::move(sink),
                          std::move(progress));
  }

  /// Downloads the audio of a job into a file: as `live::client::async_download_file`.
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

  void start_upload_file(handler<uploaded_audio> h, std::string path,
                         upload_progress progress) const;
  void start_upload(handler<uploaded_audio> h, audio_source source, upload_progress progress) const;
  void start_upload_url(handler<uploaded_audio> h, std::string url) const;
  void start_create(handler<pre_recorded_info> h, pre_recorded_request request) const;
  void start_get(handler<pre_recorded_job> h, std::string id) const;
  void start_wait(handler<pre_recorded_job> h, std::string id, wait_options options) const;
  void start_transcribe_file(handler<pre_recorded_job> h, std::string path,
                             pre_recorded_request request, transcribe_options options) const;
  void start_transcribe_url(handler<pre_recorded_job> h, std::string url,
                            pre_recorded_request request, transcribe_options options) const;
  void start_list(handler<pre_recorded_job_page> h, pre_recorded_list_query query) const;
  void start_list_next(handler<pre_recorded_job_page> h, std::string next) const;
  void start_list_all(handler<std::size_t> h, pre_recorded_list_query query,
                      job_visitor visit) const;
  void start_delete(handler<void> h, std::string id) const;
  void start_download(handler<void> h, std::string id, net::body_sink sink,
                      net::body_progress progress) const;
  void start_download_file(handler<void> h, std::string id, std::string path,
                           net::body_progress progress) const;

  std::shared_ptr<api::detail::service const> service_;
};

}  // namespace gladia::pre_recorded

#ifdef GLADIA_HEADER_ONLY
#include <gladia/pre_recorded/impl/client.ipp>
#endif
