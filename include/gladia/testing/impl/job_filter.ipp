#pragma once

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gladia/model/job.hpp>
#include <gladia/net/url.hpp>
#include <gladia/testing/impl/http_reply.ipp>
#include <gladia/testing/impl/wire.ipp>

namespace gladia::testing::detail {

/// Which jobs a list shows.
class job_filter {
 public:
  /// Errors are words for `validation_errors`.
  explicit job_filter(query_parts const& query) {
    for (auto const& [name, value] : query) read(name, value);
  }

  [[nodiscard]] std::vector<std::string> const& faults() const noexcept { return faults_; }
  [[nodiscard]] std::size_t offset() const noexcept { return offset_; }
  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

  template <class Job>
  [[nodiscard]] bool matches(Job const& job) const {
    auto const created = std::chrono::floor<std::chrono::milliseconds>(job.created_at());
    if (!date_.empty() && iso_time(created).substr(0, 10) != date_) return false;
    if (before_ && !(created < *before_)) return false;
    if (after_ && !(created > *after_)) return false;
    auto const status = enum_names<job_status>::names[static_cast<std::size_t>(job.status())];
    if (!status_.empty() && std::find(status_.begin(), status_.end(), status) == status_.end()) {
      return false;
    }
    if (metadata_.empty()) return true;
    auto const has = nlohmann::json::parse(job.custom_metadata().text, nullptr, false);
    for (auto const& [name, wanted] : metadata_.items()) {
      if (!has.is_object() || !has.contains(name)) return false;
      if (!same(has[name], wanted)) return false;
    }
    return true;
  }

  /// The query with another offset.
  [[nodiscard]] std::string query(std::size_t offset) const {
    return filters_ + "offset=" + std::to_string(offset) + "&limit=" + std::to_string(limit_);
  }

 private:
  // In the form `custom_metadata[user]=x` every value is a text.
  static bool same(nlohmann::json const& has, nlohmann::json const& wanted) {
    if (has == wanted) return true;
    return wanted.is_string() && !has.is_string() && has.dump() == wanted.get<std::string>();
  }

  void read(std::string const& name, std::string const& value) {
    if (name == "offset") return read_number(name, value, 0, offset_);
    if (name == "limit") return read_number(name, value, 1, limit_);
    auto const bracket = name.find('[');
    if (name == "date") {
      date_ = value.substr(0, 10);
      if (!parse_iso_time(value)) return invalid(name, "must be a valid ISO 8601 date string");
    } else if (name == "before_date") {
      before_ = parse_iso_time(value);
      if (!before_) return invalid(name, "must be a valid ISO 8601 date string");
    } else if (name == "after_date") {
      after_ = parse_iso_time(value);
      if (!after_) return invalid(name, "must be a valid ISO 8601 date string");
    } else if (name == "status" || name == "status[]") {
      auto const& names = enum_names<job_status>::names;
      if (std::find(std::begin(names), std::end(names), value) == std::end(names)) {
        return invalid("each value in status",
                       "must be one of the following values: queued, processing, done, error");
      }
      status_.push_back(value);
    } else if (name == "custom_metadata") {
      auto const parsed = parse_json(value);
      if (!parsed.is_object()) return invalid(name, "must be an object");
      metadata_.update(parsed);
    } else if (name.substr(0, bracket) == "custom_metadata" && name.back() == ']') {
      metadata_[name.substr(bracket + 1, name.size() - bracket - 2)] = value;
    } else {
      return;
    }
    filters_ += net::percent_encode(name) + "=" + net::percent_encode(value) + "&";
  }

  void read_number(std::string const& name, std::string const& value, std::size_t least,
                   std::size_t& into) {
    bool const is_number = !value.empty() && value.size() < 10 &&
                           std::all_of(value.begin(), value.end(),
                                       [](unsigned char c) { return std::isdigit(c) != 0; });
    if (!is_number) return invalid(name, "must be an integer number");
    into = std::stoul(value);
    if (into < least) invalid(name, "must not be less than " + std::to_string(least));
  }

  void invalid(std::string const& name, std::string const& words) {
    faults_.push_back(name + " " + words);
  }

  std::size_t offset_ = 0;
  std::size_t limit_ = 20;
  std::string date_{};
  std::optional<wall_time> before_{};
  std::optional<wall_time> after_{};
  std::vector<std::string> status_{};
  nlohmann::json metadata_ = nlohmann::json::object();
  std::string filters_{};
  std::vector<std::string> faults_{};
};

/// A page of the jobs of one kind: those that the request's query asks for, the newest first.
///
/// \param url The URL of this list, without query.
/// \param jobs Pointers to them, the oldest first.
template <class Page, class Jobs>
http_reply job_page(request_report const& request, std::string const& url, Jobs const& jobs) {
  job_filter const filter(parse_query(request.target));
  if (!filter.faults().empty()) return invalid(request, filter.faults());
  auto const page_url = [&](std::size_t offset) { return url + "?" + filter.query(offset); };
  Page page;
  page.first = page_url(0);
  page.current = page_url(filter.offset());
  auto const end = filter.offset() + filter.limit();
  std::size_t matching = 0;
  for (auto at = jobs.rbegin(); at != jobs.rend(); ++at) {
    if (!filter.matches(**at)) continue;
    if (matching >= filter.offset() && matching < end) page.items.push_back((*at)->job());
    ++matching;
  }
  if (end < matching) page.next = page_url(end);
  return json_reply(200, page);
}

}  // namespace gladia::testing::detail
