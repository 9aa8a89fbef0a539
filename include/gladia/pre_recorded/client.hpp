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

/// A function that `async_list_all` calls with each job, one after the other.
///
/// The function returns whether to go on: false ends the walk. The function must not throw. If a
/// job cannot be read, the function is called with a job in which only `id` (if the id can be read)
/// and `unreadable` (why not) are set.
using job_visitor = std::function<bool(pre_recorded_job)>;

/// Transcription of recordings: upload a recording, create a job, wait for the job.
///
/// `gladia::client::pre_recorded` gives this object: a small handle, which may be copied and may
/// outlive the client, but not the `io_context` that the client was given. Retries, redirects, the
/// common errors, cancellation, executors and thread safety are those of `live::client`, unless a
/// function says otherwise.
///
/// In a coroutine compiled by gcc 12, give requests, queries and options names of their own before
/// the `co_await`: gcc 12 destroys a temporary twice.
class client {
 public:
  /// The type of the executor that runs the handlers without an executor of their own.
  using executor_type = boost::asio::any_io_executor;

  /// Not for users, who get this object from `gladia::client`.
  explicit client(std::shared_ptr<api::detail::service const> service)
      : service_(std::move(service)) {}

  /// The client's executor, which runs the handlers without an executor of their own.
  [[nodiscard]] executor_type get_executor() const noexcept;

  /// Uploads a file, 64 KiB at a time: the whole file is never in memory.
  ///
  /// Handler signature: `void(gladia::result<gladia::uploaded_audio>)`. Completes when the server
  /// has the whole file. If the file becomes longer meanwhile, only its first part is sent. There
  /// is no limit for the whole upload; a standstill of 30 s while sending, or 300 s without an
  /// answer, end the upload with `errc::timeout`. Data that was uploaded before an error may stay
  /// at the server. Mirrors https://docs.gladia.io/api-reference/v2/upload/audio-file.
  ///
  /// Errors:
  /// - before anything is sent, errors of the file system, and `errc::invalid_request` for an empty
  ///   path, a folder, a pipe and an empty file;
  /// - the common ones;
  /// - `errc::truncated_audio`: the file became shorter meanwhile;
  /// - `errc::bad_request`: for example, the file is too large (413); such an upload is not tried
  ///   again;
  /// - `errc::bad_redirect`: the server redirects to another origin, asks for a GET there (301,
  /// 302,
  ///   303), or redirects a source that cannot begin again.
  /// \param path      The file, in UTF-8. The file is read on the client's executor.
  /// \param progress  Called on the client's executor, before the first part and after each part.
  ///   May be empty.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_upload_file(std::string path, upload_progress progress = {},
                                       CompletionToken&& token = CompletionToken()) const {
    return initiate<uploaded_audio>(&client::start_upload_file, token, std::move(path),
                                    std::move(progress));
  }

  /// Uploads the bytes that `source` gives: as `async_upload_file`. A source without a size or
  /// without `read` gives `errc::invalid_request`.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_upload(audio_source source, upload_progress progress = {},
                                  CompletionToken&& token = CompletionToken()) const {
    return initiate<uploaded_audio>(&client::start_upload, token, std::move(source),
                                    std::move(progress));
  }

  /// Asks the server to fetch a recording, and to keep it as an upload.
  ///
  /// Handler signature: `void(gladia::result<gladia::uploaded_audio>)`. Completes when the server
  /// has fetched the whole recording; each attempt may take 300 s. An attempt that failed may leave
  /// an upload behind. `async_transcribe_url` needs no upload. Errors: the common ones.
  /// \param url  Where the server gets the recording. The values of its query are in no log line
  /// and no
  ///   error.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_upload_url(std::string url,
                                      CompletionToken&& token = CompletionToken()) const {
    return initiate<uploaded_audio>(&client::start_upload_url, token, std::move(url));
  }

  /// Creates a job.
  ///
  /// Handler signature: `void(gladia::result<gladia::pre_recorded_info>)`. Errors: the common ones;
  /// `errc::invalid_request` before anything is sent.
  ///
  /// The call never makes a second job: the request is sent again only after a 429, or if it was
  /// not sent whole. After any other failure `details().may_have_been_made` tells whether the
  /// server may have made a job; if so, look for the job with `async_list` before you try again.
  /// Mirrors https://docs.gladia.io/api-reference/v2/pre-recorded/init.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_create(pre_recorded_request request,
                                  CompletionToken&& token = CompletionToken()) const {
    return initiate<pre_recorded_info>(&client::start_create, token, std::move(request));
  }

  /// Gets a job. A job that failed is no error of this call: its status is `error`.
  ///
  /// Handler signature: `void(gladia::result<gladia::pre_recorded_job>)`. Errors: the common ones,
  /// and `errc::not_found`. Mirrors https://docs.gladia.io/api-reference/v2/pre-recorded/get.
  /// \param id  As in `pre_recorded_info::id`.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_get(std::string id, CompletionToken&& token = CompletionToken()) const {
    return initiate<pre_recorded_job>(&client::start_get, token, std::move(id));
  }

  /// Waits until a job is done: asks for the job after a second, then less and less often.
  ///
  /// Handler signature: `void(gladia::result<gladia::pre_recorded_job>)`. Network errors, 408, 425,
  /// 429, 5xx and answers that cannot be read do not end the wait. Nor does a 404 in the first 10
  /// s, if the job was never seen. The wait asks no earlier than a `Retry-After` allows; a
  /// `Retry-After` beyond the deadline ends the wait at once.
  ///
  /// Errors: `errc::job_failed` if the job's status is `error`, with `details().job_error_code`;
  /// `errc::timeout` at the deadline, while the job goes on; the common ones. Once the job was
  /// asked for, `details().job_id` names the job.
  ///
  /// Cancellation ends the wait, not the job: the job goes on, and costs what it costs. A job can
  /// be deleted when it is done or failed, and not before.
  /// \param id       As in `pre_recorded_info::id`.
  /// \param options  How often to ask, and for how long.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_wait(std::string id, wait_options options = {},
                                CompletionToken&& token = CompletionToken()) const {
    return initiate<pre_recorded_job>(&client::start_wait, token, std::move(id),
                                      std::move(options));
  }

  /// Uploads a file, creates a job for the file, and waits until the job is done.
  ///
  /// Handler signature: `void(gladia::result<gladia::pre_recorded_job>)`. Errors: those of
  /// `async_upload_file`, `async_create` and `async_wait`. Cancellation ends the step that is under
  /// way: an upload or a job that exists by then stays at the server, and the job goes on.
  /// \param path     As for `async_upload_file`.
  /// \param request  Its `audio_url` is replaced.
  /// \param options  Its `progress` is told the URL of the upload. If a later step fails, give that
  ///   URL to `async_transcribe_url`: no second upload is needed.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_transcribe_file(std::string path, pre_recorded_request request = {},
                                           transcribe_options options = {},
                                           CompletionToken&& token = CompletionToken()) const {
    return initiate<pre_recorded_job>(&client::start_transcribe_file, token, std::move(path),
                                      std::move(request), std::move(options));
  }

  /// Creates a job for the recording at `url`, and waits until the job is done. Nothing is
  /// uploaded. Accounts with zero data retention cannot upload: they have to use this function or
  /// `async_create`.
  ///
  /// Handler signature, errors and cancellation: as `async_transcribe_file`.
  /// \param url      Where the server gets the recording.
  /// \param request  Its `audio_url` is replaced by `url`.
  /// \param options  How to wait, and a function that is told how far the transcription is.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_transcribe_url(std::string url, pre_recorded_request request = {},
                                          transcribe_options options = {},
                                          CompletionToken&& token = CompletionToken()) const {
    return initiate<pre_recorded_job>(&client::start_transcribe_url, token, std::move(url),
                                      std::move(request), std::move(options));
  }

  /// Gets one page of jobs, newest first.
  ///
  /// Handler signature: `void(gladia::result<gladia::pre_recorded_job_page>)`. Errors: the common
  /// ones. Mirrors https://docs.gladia.io/api-reference/v2/pre-recorded/list.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_list(pre_recorded_list_query query = pre_recorded_list_query(),
                                CompletionToken&& token = CompletionToken()) const {
    return initiate<pre_recorded_job_page>(&client::start_list, token, std::move(query));
  }

  /// Gets the page after `page`: as `live::client::async_list_next`.
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
  /// Handler signature and errors: as `live::client::async_delete`. Mirrors
  /// https://docs.gladia.io/api-reference/v2/pre-recorded/delete.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_delete(std::string id,
                                  CompletionToken&& token = CompletionToken()) const {
    return initiate<void>(&client::start_delete, token, std::move(id));
  }

  /// Downloads the audio of a job: as `live::client::async_download`. The API does not say whether
  /// the server gives the bytes that were uploaded, or a WAV file made of them: look at the first
  /// bytes. Mirrors https://docs.gladia.io/api-reference/v2/pre-recorded/get-audio.
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
