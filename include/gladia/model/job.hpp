#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gladia/json_text.hpp>
#include <gladia/model/fields.hpp>
#include <gladia/model/open_enum.hpp>

/// \file
/// What both kinds of job have in common: jobs of sessions (`live_job.hpp`) and jobs of recordings
/// (`pre_recorded_job.hpp`).

namespace gladia {

/// How far a job is.
enum class job_status {
  queued,      ///< the job has not begun
  processing,  ///< a session is open, a recording is being transcribed, or post-processing runs
  done,        ///< the job has a `result`
  error,       ///< the job failed; `error_code` says why
};
template <>
struct enum_names<job_status> {
  static constexpr std::string_view names[] = {"queued", "processing", "done", "error"};
};

/// The audio of a job.
struct job_file {
  std::string id{};                         ///< of the file
  std::optional<std::string> filename{};    ///< the name of the file
  std::optional<std::string> source{};      ///< the URL or place that the file came from
  std::optional<double> audio_duration{};   ///< seconds
  std::optional<int> number_of_channels{};  ///< at least 1
};

/// A job, as the server keeps it: a `live_job` or a `pre_recorded_job`.
template <class Request, class Result>
struct basic_job {
  std::string id{};                           ///< given when the job was made
  std::string request_id{};                   ///< what Gladia's support asks for
  int version = 0;                            ///< of the API
  open_enum<job_status> status{};             ///< how far the job is
  std::string created_at{};                   ///< ISO 8601
  std::optional<std::string> completed_at{};  ///< ISO 8601
  json_text custom_metadata{};                ///< as given in the request
  std::optional<int> error_code{};            ///< 400..599, with the status `error`
  json_text post_session_metadata{};          ///< an object that the server may add
  std::string kind{};                         ///< `live` or `pre-recorded`
  std::optional<job_file> file{};             ///< the audio
  std::optional<Request> request_params{};    ///< the request, with the server's defaults filled in
  std::optional<Result> result{};             ///< with the status `done`
  /// Not on the wire. Usually empty. If a part of the job could not be read, that part counts as
  /// absent; this member says which (the first one) and why.
  std::string unreadable{};
};

/// A job in a list that could not be read.
struct unreadable_job {
  std::string id{};   ///< of the job; empty if the id could not be read
  std::string why{};  ///< what is wrong, and where in the job
};

/// One page of jobs: a `live_job_page` or a `pre_recorded_job_page`.
template <class Job>
struct basic_job_page {
  std::string first{};                ///< the URL of the first page
  std::string current{};              ///< the URL of this page
  std::optional<std::string> next{};  ///< the URL of the next page; not set on the last page
  std::vector<Job> items{};           ///< the jobs
  /// Not on the wire: the jobs that are missing in `items`, because they could not be read.
  std::vector<unreadable_job> unreadable{};
};

/// Which jobs to list. The jobs of sessions and those of recordings are in separate lists.
struct job_list_query {
  std::optional<int> offset{};                  ///< jobs to skip, from 0; 0 by default
  std::optional<int> limit{};                   ///< jobs on a page, from 1; 20 by default
  std::optional<std::string> date{};            ///< created on this day, `YYYY-MM-DD`
  std::optional<std::string> before_date{};     ///< created before this time, ISO 8601
  std::optional<std::string> after_date{};      ///< created after this time, ISO 8601
  std::vector<open_enum<job_status>> status{};  ///< jobs in any of these states; empty: all jobs
  json_text custom_metadata{};  ///< jobs whose metadata have these members; an object
};

template <class V, class S>
void fields(V& v, S& s, job_file const*) {
  v.emitted("id", s.id);
  v.emitted("filename", s.filename);
  v.emitted("source", s.source);
  v.emitted("audio_duration", s.audio_duration);
  v.emitted("number_of_channels", s.number_of_channels);
}
template <class V, class S, class Request, class Result>
void fields(V& v, S& s, basic_job<Request, Result> const*) {
  v.required("id", s.id);
  v.emitted("request_id", s.request_id);
  v.emitted("version", s.version);
  v.required("status", s.status);
  v.emitted("created_at", s.created_at);
  v.emitted("completed_at", s.completed_at);
  v.optional("custom_metadata", s.custom_metadata);
  v.emitted("error_code", s.error_code);
  v.optional("post_session_metadata", s.post_session_metadata);
  v.emitted("kind", s.kind);
  v.emitted("file", s.file);
  v.emitted("request_params", s.request_params);
  v.emitted("result", s.result);
  v.local("unreadable", s.unreadable);
}
template <class V, class S>
void fields(V& v, S& s, unreadable_job const*) {
  v.optional("id", s.id);
  v.emitted("why", s.why);
}
template <class V, class S, class Job>
void fields(V& v, S& s, basic_job_page<Job> const*) {
  v.emitted("first", s.first);
  v.emitted("current", s.current);
  v.emitted("next", s.next);
  v.required("items", s.items);
  v.local("unreadable", s.unreadable);
}
template <class V, class S>
void fields(V& v, S& s, job_list_query const*) {
  v.optional("offset", s.offset);
  v.optional("limit", s.limit);
  v.optional("date", s.date);
  v.optional("before_date", s.before_date);
  v.optional("after_date", s.after_date);
  v.optional("status", s.status);
  v.optional("custom_metadata", s.custom_metadata);
}

}  // namespace gladia
