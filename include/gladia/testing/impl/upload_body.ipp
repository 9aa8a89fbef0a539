#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <gladia/net/detail/text.hpp>
#include <gladia/testing/impl/script.ipp>
#include <gladia/testing/impl/spool_file.ipp>

namespace gladia::testing::detail {

/// The value of a parameter in a header field such as `form-data; name="audio"`, without quotes;
/// nothing if the parameter is missing.
inline std::optional<std::string> parameter_of(std::string_view field, std::string_view name) {
  auto at = field.find(';');
  while (at != std::string_view::npos) {
    field = trim(field.substr(at + 1));
    auto const sign = field.find('=');
    if (sign == std::string_view::npos) return std::nullopt;
    bool const is_it = std::string(trim(field.substr(0, sign))) == name;
    field = trim(field.substr(sign + 1));
    std::string value;
    if (!field.empty() && field.front() == '"') {
      std::size_t i = 1;
      for (; i < field.size() && field[i] != '"'; ++i) {
        bool const is_escaped = field[i] == '\\' && i + 1 < field.size();
        value += field[is_escaped ? ++i : i];
      }
      field.remove_prefix(std::min(i, field.size()));
    } else {
      value = trim(field.substr(0, field.find(';')));
    }
    if (is_it) return value;
    at = field.find(';');
  }
  return std::nullopt;
}

/// The body of an upload as it comes: a form whose part `audio` goes to a temporary file, or JSON.
class upload_body {
 public:
  /// \param content_type The content type of the request.
  explicit upload_body(std::string const& content_type) {
    auto const type = trim(std::string_view(content_type).substr(0, content_type.find(';')));
    is_json_ = type == "application/json";
    if (is_json_) return;
    if (auto boundary = parameter_of(content_type, "boundary");
        type == "multipart/form-data" && boundary && !boundary->empty()) {
      delimiter_ = "\r\n--" + *boundary;
      file_ = std::make_shared<spool_file>();
      if (!file_->is_open()) fail("No temporary file can be made");
    } else {
      fail("Content-Type is missing Multipart Boundary.");
    }
  }

  /// Why the body cannot be used; empty if no fault is known.
  [[nodiscard]] std::string const& fault() const noexcept { return fault_; }
  [[nodiscard]] bool is_json() const noexcept { return is_json_; }
  /// All of a JSON body.
  [[nodiscard]] std::string const& json() const noexcept { return rest_; }
  [[nodiscard]] std::shared_ptr<spool_file> const& file() const noexcept { return file_; }
  [[nodiscard]] std::string const& filename() const noexcept { return filename_; }

  void feed(std::string_view bytes) {
    if (!fault_.empty()) return;
    rest_.append(bytes);
    if (is_json_) {
      if (rest_.size() > 1024 * 1024) fail("Request body is too large");
      return;
    }
    while (fault_.empty() && step()) {
    }
  }

  /// The whole body was received.
  void finish() {
    if (!fault_.empty() || is_json_) return;
    if (at_ != place::end) {
      fail("Unexpected end of form");
    } else if (!has_audio_) {
      fail("audio should not be empty");
    }
  }

 private:
  enum class place { data, behind_delimiter, headers, end };

  void fail(std::string why) { fault_ = std::move(why); }

  /// Reads on. Returns false if more bytes are needed.
  bool step() {
    switch (at_) {
      case place::data:
        return data();
      case place::behind_delimiter:
        return behind_delimiter();
      case place::headers:
        return headers();
      default:
        rest_.clear();
        return false;
    }
  }

  bool data() {
    auto const found = rest_.find(delimiter_);
    // Bytes that may be the start of a delimiter are kept.
    auto const kept = std::min(rest_.size(), delimiter_.size() - 1);
    auto const size = found == std::string::npos ? rest_.size() - kept : found;
    if (is_audio_ && !file_->append({rest_.data(), size})) fail("The disk is full");
    bool const is_over = found != std::string::npos;
    rest_.erase(0, is_over ? found + delimiter_.size() : size);
    if (is_over) at_ = place::behind_delimiter;
    return is_over;
  }

  bool behind_delimiter() {
    if (rest_.size() < 2) return false;
    auto const next = rest_.substr(0, 2);
    rest_.erase(0, 2);
    is_audio_ = false;
    if (next == "--") {
      at_ = place::end;
    } else if (next == "\r\n") {
      rest_.insert(0, "\r\n");  // stands before each header line, including the empty one
      at_ = place::headers;
    } else {
      fail("Malformed part header");
    }
    return true;
  }

  // Only quotes and line breaks are percent-encoded: not even `%` itself.
  static std::string name_in(std::string text) {
    for (auto const& [code, sign] : {std::pair("%22", "\""), {"%0D", "\r"}, {"%0A", "\n"}}) {
      for (auto at = text.find(code); at != std::string::npos; at = text.find(code, at + 1)) {
        text.replace(at, 3, sign);
      }
    }
    return text;
  }

  bool headers() {
    auto const end = rest_.find("\r\n\r\n");
    if (end == std::string::npos) {
      if (rest_.size() > 16 * 1024) fail("Malformed part header");
      return false;
    }
    auto lines = std::string_view(rest_).substr(0, end);
    for (auto line : split(lines, '\n')) {
      line = trim(line);
      constexpr std::string_view name = "content-disposition:";
      if (!net::detail::equals_ignoring_case(line.substr(0, name.size()), name)) continue;
      if (parameter_of(line, "name") != "audio") continue;
      if (has_audio_) fail("Unexpected field: audio came twice");
      is_audio_ = has_audio_ = true;
      filename_ = name_in(parameter_of(line, "filename").value_or("audio"));
    }
    rest_.erase(0, end + 4);
    at_ = place::data;
    return true;
  }

  std::string delimiter_{};
  std::string rest_ = "\r\n";  // a form begins with a delimiter
  place at_ = place::data;
  bool is_json_ = false;
  bool is_audio_ = false;  // whether the current part is the audio
  bool has_audio_ = false;
  std::string fault_{};
  std::string filename_{};
  std::shared_ptr<spool_file> file_{};
};

}  // namespace gladia::testing::detail
