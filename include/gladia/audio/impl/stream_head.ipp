#pragma once

#include <algorithm>
#include <cstring>

#include <gladia/audio/stream_head.hpp>

namespace gladia::audio {

GLADIA_DECL result<stream_head::parts> stream_head::feed(boost::asio::const_buffer piece) {
  if (state_ == state::passing) return parts{{}, piece};
  if (state_ == state::failed) return fault();

  auto const used = parser_.feed(piece);
  switch (parser_.state()) {
    case wav_header_parser::status::not_a_wav: {
      state_ = state::passing;
      return parts{{held_.data(), held_size_}, piece};
    }
    case wav_header_parser::status::incomplete:
      if (parser_.offset() >= held_.size()) {
        state_ = state::wav_header;
      } else if (piece.size() > 0) {
        std::memcpy(held_.data() + held_size_, piece.data(), piece.size());
        held_size_ += piece.size();
      }
      return parts{};
    case wav_header_parser::status::complete:
      if (parser_.header().format == expected_) {
        state_ = state::passing;
        return parts{{}, piece + used};
      }
      break;
    case wav_header_parser::status::failed:
      break;
  }
  state_ = state::failed;
  return fault();
}

GLADIA_DECL boost::asio::const_buffer stream_head::finish() const noexcept {
  if (state_ != state::start) return {};
  return {held_.data(), held_size_};
}

GLADIA_DECL gladia::error stream_head::fault() const {
  if (state_ != state::failed) return {};
  auto const& unreadable = parser_.error();
  return gladia::error(errc::format_mismatch,
                       "the stream begins with a WAV header, but " +
                           (unreadable ? unreadable.details().message
                                       : "it says " + detail::describe(parser_.header().format)) +
                           "; the request says " + detail::describe(expected_));
}

}  // namespace gladia::audio
