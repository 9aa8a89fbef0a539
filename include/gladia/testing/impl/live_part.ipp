#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gladia/codec/decode.hpp>
#include <gladia/testing/impl/http_reply.ipp>
#include <gladia/testing/impl/job_filter.ipp>
#include <gladia/testing/impl/request_check.ipp>
#include <gladia/testing/impl/routes.ipp>
#include <gladia/testing/impl/session.ipp>
#include <gladia/testing/impl/shared_state.ipp>
#include <gladia/testing/impl/wire.ipp>

namespace gladia::testing::detail {

/// Live transcription: the sessions and their routes. Used on the emulator's thread only.
class live_part {
 public:
  explicit live_part(std::shared_ptr<shared_state> shared) : shared_(std::move(shared)) {}

  http_reply serve(destination const& where, request_report const& request) {
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

  /// The file that a signed URL names, or nothing.
  [[nodiscard]] std::optional<http_reply> stored(std::string const& name,
                                                 std::string const& signature) const {
    for (auto const& session : sessions_) {
      if (session->file_id() + ".wav" != name || !session->has_file()) continue;
      if (session->signature() != signature) return std::nullopt;
      http_reply reply;
      reply.content_type = "application/octet-stream";
      reply.body = session->file();
      return reply;
    }
    return std::nullopt;
  }

  void shut_down() {
    for (auto const& session : sessions_) session->shut_down();
  }

 private:
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

  [[nodiscard]] std::string socket_url(request_report const& request,
                                       std::string const& token) const {
    auto const url = shared_->url_for(request);
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
    return job_page<live_job_page>(request, shared_->url_for(request) + "/v2/live", sessions_);
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
    return to_storage(*shared_, request, found->file_id() + ".wav", found->signature());
  }

  std::shared_ptr<shared_state> shared_;
  std::deque<std::shared_ptr<session>> sessions_{};
};

}  // namespace gladia::testing::detail
