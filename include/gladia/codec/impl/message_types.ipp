#pragma once

#include <string_view>
#include <tuple>
#include <type_traits>

#include <gladia/model/live_message.hpp>

namespace gladia::codec::detail {

template <class M>
struct message_type {
  using message = M;
  std::string_view name;
};

/// Which alternative of `live_message` belongs to a type on the wire. The only such list.
inline constexpr std::tuple message_types{
    message_type<transcript>{"transcript"},
    message_type<audio_chunk_ack>{"audio_chunk"},
    message_type<speech_start>{"speech_start"},
    message_type<speech_end>{"speech_end"},
    message_type<translation_message>{"translation"},
    message_type<named_entity_recognition_message>{"named_entity_recognition"},
    message_type<sentiment_analysis_message>{"sentiment_analysis"},
    message_type<stop_recording_ack>{"stop_recording"},
    message_type<start_session>{"start_session"},
    message_type<start_recording>{"start_recording"},
    message_type<end_recording>{"end_recording"},
    message_type<post_transcript>{"post_transcript"},
    message_type<post_summarization>{"post_summarization"},
    message_type<post_chapterization>{"post_chapterization"},
    message_type<post_final_transcript>{"post_final_transcript"},
    message_type<end_session>{"end_session"},
    message_type<speech_turn_end>{"speech_turn_end"},
    message_type<answering_machine>{"answering_machine"},
    message_type<error_message>{"error"},
};

// A message that cannot be read has no type.
static_assert(std::tuple_size_v<decltype(message_types)> == std::variant_size_v<live_message> - 2);

template <class M, class Table>
struct is_listed : std::false_type {};
template <class M, class... Listed>
struct is_listed<M, std::tuple<message_type<Listed>...>>
    : std::disjunction<std::is_same<M, Listed>...> {};

/// Whether `M` is written with a `type`.
template <class M>
inline constexpr bool is_message =
    is_listed<M, std::remove_const_t<decltype(message_types)>>::value;

/// Whether no schema describes a message: then its text is always kept.
template <class M>
inline constexpr bool is_experimental =
    std::is_same_v<M, speech_turn_end> || std::is_same_v<M, answering_machine>;

template <class M>
constexpr std::string_view type_name() noexcept {
  return std::get<message_type<M>>(message_types).name;
}

}  // namespace gladia::codec::detail
