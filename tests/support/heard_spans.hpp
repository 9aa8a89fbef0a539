#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <gladia/testing/emulator.hpp>
#include <string>
#include <vector>

namespace gladia::test {

/// What one connection brought of a stream.
struct heard_span {
  std::size_t begin = 0;
  std::size_t end = 0;   ///< behind the last byte that came
  std::size_t kept = 0;  ///< behind the last byte that the server did not forget
};

/// Where in `audio` (see `position_coded_audio`) the audio of each connection of a session belongs.
/// Fails where it is no part of it.
inline std::vector<heard_span> heard_spans(gladia::testing::emulator const& server,
                                           gladia::testing::session_report const& report,
                                           std::string const& audio) {
  std::vector<heard_span> found;
  for (std::size_t i = 0; i < report.connections.size(); ++i) {
    auto const received = server.audio(report.id, i);
    // So many bytes say where they belong; less come only from the end of the stream.
    constexpr std::size_t telling = 64;
    auto const begin =
        received.size() < telling ? audio.rfind(received) : audio.find(received.substr(0, telling));
    if (begin == std::string::npos || audio.compare(begin, received.size(), received) != 0) {
      ADD_FAILURE() << "connection " << i << " did not bring one part of the stream";
      return {};
    }
    if (received.empty()) continue;
    found.push_back({begin, begin + received.size(), begin + report.connections[i].kept});
  }
  return found;
}

/// ... of the first session.
inline std::vector<heard_span> heard_spans(gladia::testing::emulator const& server,
                                           std::string const& audio) {
  return heard_spans(server, server.reports().at(0), audio);
}

/// Expects that a server that heard these spans has all of `audio`, in order.
inline void expect_no_gap(std::vector<heard_span> const& heard, std::string const& audio) {
  std::size_t have = 0;
  for (auto const& s : heard) {
    EXPECT_LE(s.begin, have) << "a gap";
    have = std::max(have, s.kept);
  }
  EXPECT_EQ(have, audio.size()) << "the end is missing";
}

}  // namespace gladia::test
