// The part of the library that needs nlohmann/json.
#include <gladia/codec/impl/decode.ipp>
#include <gladia/codec/impl/encode.ipp>
#include <gladia/codec/impl/validate.ipp>

namespace gladia::codec {

// Each type that is sent or received on its own, once.
#define GLADIA_ENCODE(type) template result<std::string> encode(type const&);
#define GLADIA_DECODE_AND_ENCODE(type)                                         \
  template result<type> decode<type>(std::string_view, decode_options const&); \
  GLADIA_ENCODE(type)

GLADIA_DECODE_AND_ENCODE(live_request)
GLADIA_DECODE_AND_ENCODE(live_session_info)
GLADIA_DECODE_AND_ENCODE(live_job)
GLADIA_DECODE_AND_ENCODE(live_job_page)
GLADIA_DECODE_AND_ENCODE(upload_url_request)
GLADIA_DECODE_AND_ENCODE(uploaded_audio)
GLADIA_DECODE_AND_ENCODE(pre_recorded_request)
GLADIA_DECODE_AND_ENCODE(pre_recorded_info)
GLADIA_DECODE_AND_ENCODE(pre_recorded_job)
GLADIA_DECODE_AND_ENCODE(pre_recorded_job_page)
GLADIA_DECODE_AND_ENCODE(api_error)
GLADIA_ENCODE(live_callback)
GLADIA_ENCODE(pre_recorded_callback)
GLADIA_ENCODE(job_webhook)

}  // namespace gladia::codec
