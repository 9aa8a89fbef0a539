#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gladia/model/fields.hpp>
#include <gladia/model/job.hpp>
#include <gladia/model/transcription.hpp>

namespace gladia {

/// An add-on that failed.
struct failed_addon {
  /// The name on the wire, for example `summarization`. Where an add-on has several results, the
  /// name has an index: `audio_to_llm[0]` is the first prompt, `translation[1]` the second
  /// language.
  std::string name{};
  addon_error error{};  ///< why the add-on failed; empty if the server does not say why
};

template <class V, class S>
void fields(V& v, S& s, failed_addon const*) {
  v.emitted("name", s.name);
  v.emitted("error", s.error);
}

namespace detail {

/// Finds the add-ons among the members of a result.
class failed_addon_finder : public uniform_visitor<failed_addon_finder> {
 public:
  std::vector<failed_addon> found{};

  template <class M>
  void member(char const* name, M const& m) {
    check(name, m);
  }

 private:
  template <class M>
  void check(std::string const&, M const&) {}
  template <class T>
  void check(std::string const& name, std::optional<T> const& m) {
    if (m) check(name, *m);
  }
  template <class T>
  void check(std::string const& name, addon<T> const& m) {
    if (!m.success || m.error) {
      found.push_back({name, m.error.value_or(addon_error())});
    } else {
      check(name, m.results);
    }
  }
  void check(std::string const& name, std::vector<translation_result> const& m) {
    check_each(name, m);
  }
  template <class T>
  void check(std::string const& name, std::vector<addon<T>> const& m) {
    check_each(name, m);
  }
  void check(std::string const& name, translation_result const& m) {
    if (m.error) found.push_back({name, *m.error});
  }
  void check(std::string const& name, transcription_result const& m) {
    check(name + ".sentences", m.sentences);
  }
  template <class T>
  void check_each(std::string const& name, std::vector<T> const& m) {
    for (std::size_t i = 0; i < m.size(); ++i) check(name + "[" + std::to_string(i) + "]", m[i]);
  }
};

}  // namespace detail

/// The add-ons that failed in a job that is done. Empty if none failed, or if the job has no
/// result.
///
/// Thread safety: may be called from any thread.
/// \param job  A `pre_recorded_job` or a `live_job`.
template <class Request, class Result>
[[nodiscard]] std::vector<failed_addon> failed_addons(basic_job<Request, Result> const& job) {
  detail::failed_addon_finder finder;
  if (job.result) visit_fields(finder, *job.result);
  return std::move(finder.found);
}

}  // namespace gladia
