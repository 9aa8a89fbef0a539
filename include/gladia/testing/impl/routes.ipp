#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <gladia/detail/percent.hpp>
#include <gladia/testing/faults.hpp>
#include <gladia/testing/report.hpp>

namespace gladia::testing::detail {

/// A route of the API.
struct route_entry {
  testing::route route;
  std::string_view method;
  std::string_view path;  ///< may hold `{id}`
  bool is_upgrade = false;
};

/// Live transcription.
inline constexpr route_entry live_routes[] = {
    {route::upgrade, "GET", "/v2/live", true}, {route::upgrade, "GET", "/v2/live/ws", true},
    {route::init, "POST", "/v2/live"},         {route::list, "GET", "/v2/live"},
    {route::get, "GET", "/v2/live/{id}"},      {route::remove, "DELETE", "/v2/live/{id}"},
    {route::file, "GET", "/v2/live/{id}/file"}};

/// Transcription of recordings.
inline constexpr route_entry recording_routes[] = {
    {route::upload, "POST", "/v2/upload"},
    {route::pre_recorded_init, "POST", "/v2/pre-recorded"},
    {route::pre_recorded_list, "GET", "/v2/pre-recorded"},
    {route::pre_recorded_get, "GET", "/v2/pre-recorded/{id}"},
    {route::pre_recorded_remove, "DELETE", "/v2/pre-recorded/{id}"},
    {route::pre_recorded_file, "GET", "/v2/pre-recorded/{id}/file"}};

/// What the file routes redirect to.
inline constexpr route_entry storage_routes[] = {{route::storage, "GET", "/storage/{id}"}};

/// What a request asks for, and for which job or file; no route: 404.
struct destination {
  std::optional<testing::route> route{};
  std::string id{};
};

/// The part of `path` at `{id}`, if `path` has the form of `pattern`.
inline std::optional<std::string_view> id_in(std::string_view path, std::string_view pattern) {
  constexpr std::string_view id = "{id}";
  auto const at = pattern.find(id);
  if (at == std::string_view::npos) {
    return path == pattern ? std::optional(std::string_view{}) : std::nullopt;
  }
  auto const after = pattern.substr(at + id.size());
  if (path.size() <= at + after.size()) return std::nullopt;
  if (path.substr(0, at) != pattern.substr(0, at)) return std::nullopt;
  if (path.substr(path.size() - after.size()) != after) return std::nullopt;
  path = path.substr(at, path.size() - at - after.size());
  return path.find('/') == std::string_view::npos ? std::optional(path) : std::nullopt;
}

template <class Routes>
destination find_route(Routes const& routes, request_report const& request, bool is_upgrade) {
  auto const path = std::string_view(request.target).substr(0, request.target.find('?'));
  for (auto const& entry : routes) {
    if (entry.method != request.method || (entry.is_upgrade && !is_upgrade)) continue;
    if (auto const id = id_in(path, entry.path)) {
      return {entry.route, gladia::detail::percent_decoded(*id)};
    }
  }
  return {};
}

inline bool is_of_recordings(testing::route which) {
  for (auto const& entry : recording_routes) {
    if (entry.route == which) return true;
  }
  return false;
}

/// \param has_api Whether the port of the request serves the API.
/// \param has_storage Whether the port of the request serves files.
inline destination route_of(request_report const& request, bool is_upgrade, bool has_api,
                            bool has_storage) {
  destination found;
  if (has_storage) found = find_route(storage_routes, request, is_upgrade);
  if (has_api && !found.route) found = find_route(live_routes, request, is_upgrade);
  if (has_api && !found.route) found = find_route(recording_routes, request, is_upgrade);
  return found;
}

}  // namespace gladia::testing::detail
