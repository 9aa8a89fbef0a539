#pragma once

#include <gladia/live/event_json.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <gladia/codec/encode.hpp>

namespace gladia::live {
namespace detail {

using json = nlohmann::ordered_json;

inline double milliseconds(std::chrono::microseconds duration) {
  return static_cast<double>(duration.count()) / 1000;
}

inline json to_document(latency const& l) {
  return {{"count", l.count},
          {"last", milliseconds(l.last)},
          {"p50", milliseconds(l.p50)},
          {"p95", milliseconds(l.p95)}};
}

inline json to_document(time_span const& s) {
  return json::array({s.from, s.to});
}

inline json to_document(summary const& s) {
  auto const& n = s.stats;
  auto words_unknown = json::array();
  for (auto const& span : s.words_unknown) words_unknown.push_back(to_document(span));
  return {{"job_id", s.job_id},
          {"verdict", to_string(s.verdict)},
          {"words_unknown", std::move(words_unknown)},
          {"error", s.error ? json(s.error.what()) : json()},
          {"close_code", s.close_code},
          {"close_reason", s.close_reason},
          {"bytes_accepted", n.bytes_accepted},
          {"bytes_sent", n.bytes_sent},
          {"bytes_acknowledged", n.bytes_acknowledged},
          {"bytes_replayed", n.bytes_replayed},
          {"bytes_dropped", n.bytes_dropped},
          {"connections", n.connections},
          {"messages_received", n.messages_received},
          {"keep_alives_sent", n.keep_alives_sent},
          {"events_dropped", n.events_dropped},
          {"finals_recovered", n.finals_recovered},
          {"finals_withheld", n.finals_withheld},
          {"ack_round_trip_ms", to_document(n.ack_round_trip)},
          {"first_partial_ms", to_document(n.first_partial)},
          {"final_transcript_ms", to_document(n.final_transcript)}};
}

inline json to_document(started const& e) {
  return {{"event", "started"}, {"id", e.session.id}, {"created_at", e.session.created_at}};
}
inline json to_document(connecting const& e) {
  return {{"event", "connecting"}, {"connection", e.connection}, {"attempt", e.attempt}};
}
inline json to_document(connected const& e) {
  return {{"event", "connected"},
          {"connection", e.connection},
          {"resume_offset", e.resume_offset},
          {"replayed_to", e.replayed_to},
          {"repeated_from", e.repeated_from},
          {"repeated_to", e.repeated_to},
          {"words_unknown", to_document(e.words_unknown)}};
}
inline json to_document(disconnected const& e) {
  return {{"event", "disconnected"},    {"close_code", e.close_code},
          {"reason", e.reason},         {"error", e.error ? json(e.error.what()) : json()},
          {"will_retry", e.will_retry}, {"delay_ms", e.delay.count()}};
}
inline json to_document(warning const& e) {
  return {{"event", "warning"},
          {"code", to_string(e.code)},
          {"text", e.text},
          {"from", e.from},
          {"to", e.to}};
}
inline json to_document(audio_dropped const& e) {
  return {{"event", "audio_dropped"}, {"from", e.from}, {"to", e.to}};
}
inline json to_document(events_dropped const& e) {
  return {{"event", "events_dropped"}, {"count", e.count}};
}
inline json to_document(ended const& e) {
  return {{"event", "ended"}, {"summary", to_document(e.summary)}};
}

/// Replaces invalid UTF-8: a server's reasons and texts may be any bytes.
inline std::string to_line(json const& document) {
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// A message as it was received, on one line; none if it is no JSON object.
inline std::optional<std::string> received_line(json_text const& raw) {
  if (!json::parse(raw.text, nullptr, false).is_object()) return std::nullopt;
  auto line = raw.text;
  // Line breaks stand only between values: within strings they are escaped.
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return line;
}

/// The members of a message that are not on the wire.
struct mark_visitor : gladia::detail::uniform_visitor<mark_visitor> {
  json marks = json::object();

  template <class M>
  void member(char const*, M const&) {}
  template <class M>
  void flatten(M const& m) {
    visit_fields(*this, m);
  }
  template <class M>
  void local(char const* name, M const& m) {
    if (m != M{}) marks[name] = m;
  }

  /// The message `line`, with these members.
  [[nodiscard]] std::string added_to(std::string line) const {
    if (marks.empty()) return line;
    auto document = json::parse(line, nullptr, false);
    document.update(marks);
    return to_line(document);
  }
};

inline std::string message_to_line(malformed_message const& m) {
  // The message is JSON, only not of the agreed shape.
  if (m.error != errc::malformed_json) {
    if (auto line = received_line(m.raw)) return *std::move(line);
  }
  return to_line({{"event", "malformed_message"}, {"text", m.raw.text}, {"error", m.error.what()}});
}
inline std::string message_to_line(unknown_message const& m) {
  return received_line(m.raw).value_or("{}");
}
template <class Message>
std::string message_to_line(Message const& message) {
  auto line = received_line(message.envelope.raw);
  if (!line) {
    auto text = codec::encode(message);
    line = text ? std::move(*text) : std::string("{}");
  }
  mark_visitor marks;
  visit_fields(marks, message);
  return marks.added_to(*std::move(line));
}

template <class T, class Variant>
struct is_alternative;
template <class T, class... Ts>
struct is_alternative<T, std::variant<Ts...>> : std::disjunction<std::is_same<T, Ts>...> {};

}  // namespace detail

GLADIA_DECL std::string to_json(event const& e) {
  return std::visit(
      [](auto const& alternative) {
        using type = std::decay_t<decltype(alternative)>;
        if constexpr (detail::is_alternative<type, session_event>::value) {
          return detail::to_line(detail::to_document(alternative));
        } else {
          return detail::message_to_line(alternative);
        }
      },
      e);
}

GLADIA_DECL std::string to_json(summary const& s) {
  return detail::to_line(detail::to_document(s));
}

}  // namespace gladia::live
