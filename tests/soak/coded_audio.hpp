#pragma once

#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <cstdint>
#include <gladia/audio/stream_head.hpp>
#include <gladia/error.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace soak {

/// Bytes of one word of the audio. Frames of the formats used hold whole words.
constexpr std::size_t word_bytes = 4;

/// Audio in which every 32-bit word says where it belongs, and in the stream of which session: its
/// position, disguised with the session's key. Sounds like noise, so somebody is always speaking.
inline std::string coded_audio(std::uint32_t key, std::uint64_t offset, std::size_t bytes) {
  std::string audio(bytes, '\0');
  for (auto& byte : audio) {
    auto const word = static_cast<std::uint32_t>(offset / word_bytes) ^ key;
    byte = static_cast<char>(word >> (8 * (offset % word_bytes)));
    ++offset;
  }
  return audio;
}

/// Reads the WAV file that a session left behind: is all of its audio there, in order?
class audit {
 public:
  audit(gladia::audio_format format, std::uint32_t key) : head_(std::move(format)), key_(key) {}

  gladia::result<void> feed(std::string_view part) {
    auto const audio = head_.feed(boost::asio::buffer(part));
    if (!audio) return audio.error();
    for (auto const& piece : {audio->held, audio->fresh}) {
      auto const* bytes = static_cast<unsigned char const*>(piece.data());
      for (std::size_t i = 0; i < piece.size(); ++i) take(bytes[i]);
    }
    return {};
  }

  /// Whether `bytes` of audio came without a gap, and nothing else.
  [[nodiscard]] bool is_whole(std::uint64_t bytes) const {
    return !has_gap_ && known_ * word_bytes == bytes && filled_ == 0;
  }
  /// Bytes that had come before.
  [[nodiscard]] std::uint64_t repeated() const { return repeated_ * word_bytes; }
  /// Up to where there is no gap, in bytes.
  [[nodiscard]] std::uint64_t known() const { return known_ * word_bytes; }

 private:
  void take(unsigned char byte) {
    word_ |= static_cast<std::uint32_t>(byte) << (8 * filled_);
    if (++filled_ < word_bytes) return;
    std::uint64_t const position = word_ ^ key_;
    word_ = 0;
    filled_ = 0;
    if (position > known_) has_gap_ = true;
    if (position == known_) {
      ++known_;
    } else {
      ++repeated_;
    }
  }

  gladia::audio::stream_head head_;
  std::uint32_t key_;
  std::uint32_t word_ = 0;  // as far as it came
  std::size_t filled_ = 0;
  std::uint64_t known_ = 0;  // words from the beginning
  std::uint64_t repeated_ = 0;
  bool has_gap_ = false;
};

}  // namespace soak
