#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gladia/net/http.hpp>

namespace gladia::net::detail {

/// The head of an HTTP response: its status line and header fields.
struct response_head {
  int status = 0;
  std::string version{};  ///< "1.1"
  std::string reason{};   ///< may be empty
  http_headers headers{};
  /// The length of the body; none if `Transfer-Encoding` or nothing says how the body ends.
  std::optional<std::uint64_t> content_length{};
  bool is_chunked = false;
  std::string foreign_coding{};  ///< a transfer coding other than chunked, which was not asked for
};

/// Reads the head of an answer from bytes as they arrive. No I/O, no clock.
///
/// Reads the heads of calls, upgrades and proxies. It accepts harmless faults of servers (no
/// reason, bare line feeds, up to 16 interim answers), and refuses heads that two readers could
/// understand differently. It refuses a fault as soon as its line is there, so that nobody waits
/// for a peer of another protocol.
class response_head_reader {
 public:
  static constexpr std::size_t max_size = std::size_t{64} << 10;  // of each head
  static constexpr int max_interim_answers = 16;

  enum class verdict {
    incomplete,  ///< the blank line is still to come
    whole,
    refused,  ///< `fault` says why
  };

  /// Takes more bytes of the answer.
  verdict feed(std::string_view bytes);

  // As `feed`, without a copy: `prepare` gives room for bytes, `commit` says how many were filled.
  struct room {
    char* data;
    std::size_t size;
  };
  room prepare(std::size_t size);
  verdict commit(std::size_t size);

  [[nodiscard]] verdict now() const noexcept { return verdict_; }
  /// The first head that is no interim answer's. Precondition: whole.
  [[nodiscard]] response_head const& head() const noexcept { return head_; }
  /// The bytes after the head. Valid until more bytes are fed.
  [[nodiscard]] std::string_view rest() const noexcept {
    return std::string_view(bytes_).substr(line_, size_ - line_);
  }
  /// What is wrong with the head; never quotes it. Precondition: refused.
  [[nodiscard]] std::string const& fault() const noexcept { return fault_; }

 private:
  void read_line(std::string_view line);
  void read_status_line(std::string_view line);
  void read_field(std::string_view line);
  void end_head();
  void refuse(std::string fault);

  std::string bytes_{};
  std::size_t size_ = 0;     // filled bytes of `bytes_`
  std::size_t begin_ = 0;    // where the head begins
  std::size_t line_ = 0;     // where the first unread line begins
  std::size_t scanned_ = 0;  // no line feed from `line_` to here
  verdict verdict_ = verdict::incomplete;
  int interim_answers_ = 0;
  response_head head_{};
  std::string fault_{};
};

/// The schemes that the challenges in the header fields `name` offer, as they are spelled.
[[nodiscard]] std::vector<std::string> offered_schemes(http_headers const& headers,
                                                       std::string_view name);

}  // namespace gladia::net::detail

#ifdef GLADIA_HEADER_ONLY
#include <gladia/net/impl/response_head.ipp>
#endif
