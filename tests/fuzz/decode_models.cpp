// Every body of HTTP that can be read can be written and read again.
#include <gladia/codec/decode.hpp>
#include <gladia/codec/encode.hpp>
#include <gladia/codec/validate.hpp>
#include <gladia/model/print.hpp>

#include "support.hpp"

using fuzz::require;

namespace {

template <class T>
void check(std::string_view text) {
  auto const value = gladia::codec::decode<T>(text);
  if (!value) {
    auto const& why = value.error();
    require(why == gladia::errc::malformed_json || why == gladia::errc::malformed_response,
            "a fault of the text is one of two codes");
    require(fuzz::is_one_line(why.what()), "an error is one line");
    return;
  }
  require(fuzz::is_one_line(to_string(*value)), "a value prints as one line");
  auto const written = gladia::codec::encode(*value);
  require(written.has_value(), "a value that was read can be written");
  auto const again = gladia::codec::decode<T>(*written);
  require(again.has_value(), "what was written can be read");
  auto const twice = gladia::codec::encode(*again);
  require(twice && *twice == *written, "and is written as before");
}

template <class Request>
void check_faults(std::string_view text) {
  auto const request = gladia::codec::decode<Request>(text);
  if (!request) return;
  auto const fault = gladia::codec::validate(*request);
  require(!fault || fault == gladia::errc::invalid_request, "a faulty request is one code");
  require(fuzz::is_one_line(fault.what()), "its faults are one line");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const text = fuzz::input(data, size).rest();
  check<gladia::live_request>(text);
  check<gladia::live_session_info>(text);
  check<gladia::live_job>(text);
  check<gladia::live_job_page>(text);
  check<gladia::upload_url_request>(text);
  check<gladia::uploaded_audio>(text);
  check<gladia::pre_recorded_request>(text);
  check<gladia::pre_recorded_info>(text);
  check<gladia::pre_recorded_job>(text);
  check<gladia::pre_recorded_job_page>(text);
  check_faults<gladia::live_request>(text);
  check_faults<gladia::pre_recorded_request>(text);
  return 0;
}
