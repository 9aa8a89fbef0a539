// Any answer becomes an error that a person can read. What stands before an empty line is the
// answer's `Retry-After`.
#include <gladia/api/impl/answer.ipp>
#include <gladia/codec/decode.hpp>
#include <gladia/codec/encode.hpp>
#include <gladia/net/http_error.hpp>

#include "support.hpp"

using fuzz::require;

namespace {

void check_body(std::string_view text) {
  auto const body = gladia::codec::decode<gladia::api_error>(text);
  if (!body) return;
  auto const written = gladia::codec::encode(*body);
  require(written.has_value(), "a body that was read can be written");
  auto const again = gladia::codec::decode<gladia::api_error>(*written);
  require(again && *again == *body, "what was written is read as the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::input in(data, size);
  bool const has_header = in.rest().find("\n\n") != std::string_view::npos;
  auto const header = has_header ? in.until("\n\n") : std::string_view();
  check_body(in.rest());

  auto const now = std::chrono::system_clock::time_point(std::chrono::seconds(1'790'000'000));
  auto const wait = gladia::net::parse_retry_after(header, now);
  require(!wait || wait->count() >= 0, "a wait is never negative");

  gladia::net::http_response response;
  response.status = 400 + static_cast<int>(size % 200);
  response.headers = {{"Retry-After", std::string(header)}};
  response.body = std::string(in.rest());
  auto const e = gladia::net::error_from_response(response, gladia::phase::response, "it", now,
                                                  gladia::api::detail::read_refusal);
  require(bool(e), "an answer that is no success is an error");
  require(e.code() == gladia::net::errc_for_status(response.status), "its code is the status's");
  require(e.details().retry_after == wait, "it says when to come back");
  require(fuzz::is_one_line(e.what()), "it is one line");
  return 0;
}
