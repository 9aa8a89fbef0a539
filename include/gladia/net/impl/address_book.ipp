#pragma once

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <gladia/detail/stable_sort.hpp>

namespace gladia::net::detail {

using endpoint = boost::asio::ip::tcp::endpoint;

/// What a client knows of the addresses of a host.
struct known_addresses {
  std::optional<endpoint> worked{};  ///< led to the host last time
  /// Accepted the connection last time, but did not lead to the host; the latest comes last.
  std::vector<endpoint> failed{};
};

/// `found` in the order in which addresses are tried: first the one that worked, then IPv6 and IPv4
/// in turns, beginning with the family of the first (RFC 8305, section 4), last those that failed,
/// the latest failure at the end.
inline std::vector<endpoint> in_racing_order(std::vector<endpoint> found,
                                             known_addresses const& known) {
  std::vector<endpoint> ordered, others;
  if (found.empty()) return ordered;
  auto const first_is_v6 = found.front().address().is_v6();
  for (auto const& e : found) {
    (e.address().is_v6() == first_is_v6 ? ordered : others).push_back(e);
  }
  for (std::size_t i = 0; i < others.size(); ++i) {
    auto const at = std::min(2 * i + 1, ordered.size());
    ordered.insert(ordered.begin() + static_cast<std::ptrdiff_t>(at), others[i]);
  }
  auto const place = [&](endpoint const& e) {
    auto const failed = std::find(known.failed.begin(), known.failed.end(), e);
    if (failed != known.failed.end()) return 2 + (failed - known.failed.begin());
    return std::ptrdiff_t{e == known.worked ? 0 : 1};
  };
  gladia::detail::stable_sort(
      ordered, [&](endpoint const& a, endpoint const& b) { return place(a) < place(b); });
  return ordered;
}

/// Remembers which addresses worked, for all links of a client, so that a reconnect begins with
/// them. Every member may be called from any thread.
class address_book {
 public:
  [[nodiscard]] known_addresses find(std::string const& host) const {
    std::lock_guard const lock(mutex_);
    auto const it = hosts_.find(host);
    return it == hosts_.end() ? known_addresses() : it->second;
  }

  /// A connection to `where` led to the host.
  void worked(std::string const& host, endpoint const& where) {
    note(host, [&](known_addresses& known) {
      known.worked = where;
      forget(known.failed, where);
    });
  }
  /// `where` accepted the connection, but the host was not reached.
  void failed(std::string const& host, endpoint const& where) {
    note(host, [&](known_addresses& known) {
      if (known.worked == where) known.worked.reset();
      forget(known.failed, where);
      if (known.failed.size() == most_failed) known.failed.erase(known.failed.begin());
      known.failed.push_back(where);
    });
  }

 private:
  static constexpr std::size_t most_hosts = 64;
  static constexpr std::size_t most_failed = 16;  // for each host

  static void forget(std::vector<endpoint>& failed, endpoint const& where) {
    failed.erase(std::remove(failed.begin(), failed.end(), where), failed.end());
  }

  template <class Change>
  void note(std::string const& host, Change change) {
    std::lock_guard const lock(mutex_);
    // A client uses a few hosts, but redirects could lead to any number.
    if (hosts_.size() >= most_hosts && hosts_.count(host) == 0) hosts_.clear();
    change(hosts_[host]);
  }

  mutable std::mutex mutex_;
  std::map<std::string, known_addresses> hosts_;
};

}  // namespace gladia::net::detail
