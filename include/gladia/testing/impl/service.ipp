#pragma once

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gladia/codec/decode.hpp>
#include <gladia/codec/encode.hpp>
#include <gladia/net/url.hpp>
#include <gladia/testing/impl/request_check.ipp>
#include <gladia/testing/impl/session.ipp>
#include <gladia/testing/impl/shared_state.ipp>
#include <gladia/testing/impl/wire.ipp>

namespace gladia::testing::detail {

/// An answer to an HTTP request.
struct http_reply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  std::string content_type = "application/json; charset=utf-8";
};

inline char const* reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 302:
      return "Found";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 413:
      return "Payload Too Large";
    case 422:
      return "Unprocessable Entity";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    default:
      return "Status";
  }
}

/// The path of a request's target, in UTF-8 whatever was sent.
inline std::string path_of(std::string_view target) {
  std::string path;
  for (char const& c : target.substr(0, target.find('?'))) {
    bool const is_ascii = static_cast<unsigned char>(c) < 0x80;
    path += is_ascii ? std::string(1, c) : net::percent_encode({&c, 1});
  }
  return path;
}

/// The service's error body.
inline http_reply error_reply(int status, std::string_view target, std::string message,
                              std::vector<std::string> faults = {}) {
  api_error body;
  body.timestamp = iso_time(wall_clock::now());
  body.path = path_of(target);
  body.request_id = make_request_id();
  body.statusCode = status;
  body.message = std::move(message);
  body.validation_errors = std::move(faults);
  http_reply reply;
  reply.status = status;
  reply.body = codec::encode(body).value();
  return reply;
}

/// Name and value of each part of a URL's query, decoded.
using query_parts = std::vector<std::pair<std::string, std::string>>;

inline query_parts parse_query(std::string_view target) {
  query_parts parts;
  auto const mark = target.find('?');
  if (mark == std::string_view::npos) return parts;
  for (auto part : split(target.substr(mark + 1), '&')) {
    if (part.empty()) continue;
    auto const sign = std::min(part.find('='), part.size());
    auto const value = sign < part.size() ? part.substr(sign + 1) : std::string_view{};
    parts.emplace_back(query_decoded(std::string(part.substr(0, sign))),
                       query_decoded(std::string(value)));
  }
  return parts;
}

inline std::string value_of(query_parts const& query, std::string_view name) {
  for (auto const& [key, value] : query) {
    if (key == name) return value;
  }
  return {};
}

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

  [[nodiscard]] bool matches(session const& job) const {
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
  // In a query of the form custom_metadata[user]=x every value is a text.
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

/// The sessions, and what the HTTP routes do with them. Used on the emulator's thread only.
class service {
 public:
  explicit service(std::shared_ptr<shared_state> shared) : shared_(std::move(shared)) {}

  [[nodiscard]] std::shared_ptr<shared_state> const& shared() noexcept { return shared_; }

  /// What a request asks for, and for which job; no route: 404.
  struct destination {
    std::optional<testing::route> route{};
    std::string id{};
  };

  static destination route_of(request_report const& request, bool is_upgrade, bool is_storage) {
    auto path = std::string_view(request.target).substr(0, request.target.find('?'));
    constexpr std::string_view storage = "/storage/";
    constexpr std::string_view base = "/v2/live";
    auto const& method = request.method;
    if (is_storage && method == "GET" && path.substr(0, storage.size()) == storage) {
      return {route::storage, std::string(path.substr(storage.size()))};
    }
    if (path.substr(0, base.size()) != base) return {};
    path.remove_prefix(base.size());
    if (is_upgrade && method == "GET" && (path.empty() || path == "/ws"))
      return {route::upgrade, {}};
    if (path.empty() && method == "POST") return {route::init, {}};
    if (path.empty() && method == "GET") return {route::list, {}};
    if (path.size() < 2 || path.front() != '/') return {};
    path.remove_prefix(1);
    auto const slash = path.find('/');
    auto id = gladia::detail::percent_decoded(path.substr(0, slash));
    auto const rest = slash == std::string_view::npos ? std::string_view{} : path.substr(slash);
    if (rest == "/file" && method == "GET") return {route::file, std::move(id)};
    if (!rest.empty()) return {};
    if (method == "GET") return {route::get, std::move(id)};
    if (method == "DELETE") return {route::remove, std::move(id)};
    return {};
  }

  http_reply serve(destination const& where, request_report const& request) {
    if (!where.route) return not_found(request);
    if (where.route == route::storage) return storage(where.id, request);
    if (!is_key_good(request)) return error_reply(401, request.target, "gladia key not found");
    switch (*where.route) {
      case route::init:
        return init(request);
      case route::list:
        return list(request);
      case route::get:
        return get(where.id, request);
      case route::remove:
        return remove(where.id, request);
      case route::file:
        return file(where.id, request);
      default:
        return not_found(request);
    }
  }

  /// The session of a WebSocket URL, or the answer that refuses it.
  struct upgrade_decision {
    std::shared_ptr<detail::session> session{};
    http_reply refusal{};
  };
  upgrade_decision decide_upgrade(request_report const& request) {
    auto const token = value_of(parse_query(request.target), "token");
    if (token.empty()) return {nullptr, error_reply(401, request.target, "Token is missing")};
    auto found = find(token);
    if (!found) return {nullptr, not_found(request)};
    if (found->is_banned()) return {nullptr, error_reply(403, request.target, "Forbidden")};
    return {std::move(found), {}};
  }

  [[nodiscard]] std::shared_ptr<session> find(std::string const& id) const {
    for (auto const& session : sessions_) {
      if (session->id() == id) return session;
    }
    return nullptr;
  }
  [[nodiscard]] std::deque<std::shared_ptr<session>> const& sessions() const { return sessions_; }

  void remember(request_report request) {
    requests_.push_back(std::move(request));
    if (requests_.size() > 1000) requests_.pop_front();
    shared_->changes.notify();
  }
  [[nodiscard]] std::deque<request_report> const& requests() const noexcept { return requests_; }

  void shut_down() {
    for (auto const& session : sessions_) session->shut_down();
  }
  /// Whether no WebSocket connection is open any more.
  [[nodiscard]] bool is_at_rest() const noexcept { return shared_->open_links == 0; }

 private:
  static http_reply not_found(request_report const& request) {
    return error_reply(404, request.target, "Not found");
  }

  template <class T>
  static http_reply json_reply(int status, T const& body) {
    auto text = codec::encode(body);
    if (!text) return error_reply(500, "", text.error().what());
    http_reply reply;
    reply.status = status;
    reply.body = std::move(*text);
    return reply;
  }

  [[nodiscard]] bool is_key_good(request_report const& request) const {
    auto const key = request.header("x-gladia-key");
    auto const& wanted = shared_->options.api_key;
    return wanted.empty() ? !key.empty() : key == wanted.reveal();
  }

  http_reply init(request_report const& request) {
    auto const text = trim(request.body).empty() ? std::string("{}") : request.body;
    auto const json = parse_json(text);
    if (json.is_discarded())
      return error_reply(400, request.target, "Request body is not valid JSON");
    auto faults = request_check::faults_of(json);
    auto const region = value_of(parse_query(request.target), "region");
    if (!region.empty() && region != "us-west" && region != "eu-west") {
      faults.emplace_back("region must be one of the following values: us-west, eu-west");
    }
    if (!faults.empty()) return invalid(request, std::move(faults));
    auto decoded = codec::decode<live_request>(text);
    if (!decoded) return invalid(request, {decoded.error().what()});
    if (is_full()) return too_many(request);
    request_defaults::apply(*decoded);
    auto created = std::make_shared<session>(shared_, std::move(*decoded));
    created->start();
    sessions_.push_back(created);
    shared_->log("session " + created->id() + ": created");
    live_session_info info;
    info.id = created->id();
    info.created_at = iso_time(created->created_at());
    info.url = secret(socket_url(request, created->id()));
    return json_reply(201, info);
  }

  static http_reply invalid(request_report const& request, std::vector<std::string> faults) {
    return error_reply(400, request.target,
                       "Invalid parameter(s). See validation_errors for more details.",
                       std::move(faults));
  }

  [[nodiscard]] bool is_full() const {
    auto const limit = shared_->options.max_sessions;
    auto const open = std::count_if(sessions_.begin(), sessions_.end(),
                                    [](auto const& session) { return !session->is_over(); });
    return limit > 0 && static_cast<std::size_t>(open) >= limit;
  }

  http_reply too_many(request_report const& request) const {
    auto reply = error_reply(429, request.target, "Too Many Requests");
    auto const after = shared_->options.retry_after.count();
    if (after > 0) reply.headers.emplace_back("Retry-After", std::to_string(after));
    return reply;
  }

  /// Where the client reaches this server.
  [[nodiscard]] std::string url_for(request_report const& request) const {
    auto const host = request.header("host");
    if (!shared_->url_follows_host || host.empty()) return shared_->url;
    return shared_->url.substr(0, shared_->url.find("://") + 3) + host;
  }

  [[nodiscard]] std::string socket_url(request_report const& request,
                                       std::string const& token) const {
    auto const url = url_for(request);
    // https becomes wss, http ws.
    auto plain = "ws" + url.substr(4) + "/v2/live?token=" + token;
    auto text = shared_->faults.plan.init_url;
    if (text.empty()) return plain;
    auto const put = [&](std::string_view name, std::string const& value) {
      if (auto const at = text.find(name); at != std::string::npos) {
        text.replace(at, name.size(), value);
      }
    };
    put("{url}", plain);
    put("{port}", url.substr(url.rfind(':') + 1));
    put("{token}", token);
    return text;
  }

  http_reply list(request_report const& request) const {
    job_filter const filter(parse_query(request.target));
    if (!filter.faults().empty()) return invalid(request, filter.faults());
    std::vector<session const*> matching;
    for (auto at = sessions_.rbegin(); at != sessions_.rend(); ++at) {
      if (filter.matches(**at)) matching.push_back(at->get());
    }
    auto const page_url = [&](std::size_t offset) {
      return url_for(request) + "/v2/live?" + filter.query(offset);
    };
    live_job_page page;
    page.first = page_url(0);
    page.current = page_url(filter.offset());
    auto const end = filter.offset() + filter.limit();
    for (auto i = filter.offset(); i < std::min(end, matching.size()); ++i) {
      page.items.push_back(matching[i]->job());
    }
    if (end < matching.size()) page.next = page_url(end);
    return json_reply(200, page);
  }

  http_reply get(std::string const& id, request_report const& request) const {
    auto const found = find(id);
    return found ? json_reply(200, found->polled_job()) : not_found(request);
  }

  http_reply remove(std::string const& id, request_report const& request) {
    auto const found = find(id);
    if (!found) return not_found(request);
    if (!found->is_over()) {
      return error_reply(403, request.target, "The live job is not in a deletable state");
    }
    sessions_.erase(std::find(sessions_.begin(), sessions_.end(), found));
    http_reply reply;
    reply.status = 202;
    return reply;
  }

  http_reply file(std::string const& id, request_report const& request) const {
    auto const found = find(id);
    if (!found || !found->has_file()) return not_found(request);
    http_reply reply;
    reply.status = 302;
    auto const url = shared_->url_follows_host ? url_for(request) : shared_->storage_url;
    reply.headers.emplace_back(
        "Location", url + "/storage/" + found->file_id() + ".wav?signature=" + found->signature());
    return reply;
  }

  // Like signed object storage: no key, but a signature in the URL.
  http_reply storage(std::string const& name, request_report const& request) const {
    auto const signature = value_of(parse_query(request.target), "signature");
    for (auto const& session : sessions_) {
      if (session->file_id() + ".wav" != name || !session->has_file()) continue;
      if (session->signature() != signature) break;
      http_reply reply;
      reply.content_type = "application/octet-stream";
      reply.body = session->file();
      return reply;
    }
    http_reply refusal;
    refusal.status = 403;
    refusal.content_type = "application/xml";
    refusal.body = "<Error><Code>AccessDenied</Code></Error>";
    return refusal;
  }

  std::shared_ptr<shared_state> shared_;
  std::deque<std::shared_ptr<session>> sessions_{};
  std::deque<request_report> requests_{};
};

}  // namespace gladia::testing::detail
