// An answer is understood in one way, however the network cuts it. The first byte is the size of
// the pieces.
#include <gladia/net/detail/response_body.hpp>
#include <gladia/net/detail/response_head.hpp>
#include <gladia/net/detail/upgrade_answer.hpp>

#include <algorithm>
#include <string>

#include "support.hpp"

using fuzz::require;
using gladia::net::detail::essential_upgrade;
using gladia::net::detail::offered_schemes;
using gladia::net::detail::response_body;
using gladia::net::detail::response_head;
using gladia::net::detail::response_head_reader;
using verdict = response_head_reader::verdict;

namespace {

struct whole_body {
  std::string text{};
  bool is_whole = false;
  bool is_faulty = false;
};

whole_body read_body(response_head const& head, std::string bytes, std::size_t step) {
  response_body body(head, "GET");
  whole_body read;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    auto const size = std::min(step, bytes.size() - at);
    auto const taken = body.decode(bytes.data() + at, size);
    require(taken <= size, "a body is no longer than its bytes");
    read.text.append(bytes, at, taken);
  }
  read.is_whole = body.is_whole();
  read.is_faulty = !body.fault().empty();
  require(!(read.is_whole && read.is_faulty), "a body is whole or faulty");
  if (read.is_whole && body.length()) {
    require(read.text.size() == *body.length(), "a whole body has the length that was said");
  }
  return read;
}

void check_head(response_head const& head) {
  require(head.status >= 100 && head.status <= 999, "a status has three digits");
  require(head.status / 100 != 1 || head.status == 101, "interim answers are passed over");
  for (auto const& [name, value] : head.headers) {
    require(!name.empty(), "a field has a name");
    require(name.find_first_of(std::string(" :\t\r\n\0", 6)) == std::string::npos,
            "a name ends before its colon");
    require(value.find_first_of(std::string("\r\n\0", 3)) == std::string::npos,
            "a value is one line");
  }
  for (auto const& scheme : offered_schemes(head.headers, "proxy-authenticate")) {
    require(!scheme.empty(), "a scheme has a name");
  }
  if (head.status != 101) return;
  auto const essence = essential_upgrade(head, {{"Sec-WebSocket-Protocol", "chat"}});
  if (!essence) return;
  require(essence->size() <= 1536, "what Beast sees fits its buffer");
  response_head_reader again;
  require(again.feed(*essence) == verdict::whole, "what Beast sees is a head");
  require(
      again.head().status == 101 && again.head().version == head.version && again.rest().empty(),
      "it is the server's");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::input in(data, size);
  auto const step = std::size_t{1} + in.byte();
  auto const text = in.rest();
  response_head_reader at_once, in_pieces;
  at_once.feed(text);
  for (std::size_t at = 0; at < text.size(); at += step) in_pieces.feed(text.substr(at, step));

  require(at_once.now() == in_pieces.now(), "the verdict is the same however an answer is cut");
  require(fuzz::is_one_line(at_once.fault()), "a fault is one line");
  require(at_once.fault() == in_pieces.fault(), "so is the fault");
  if (at_once.now() != verdict::whole) return 0;
  auto const& head = at_once.head();
  check_head(head);
  require(head.status == in_pieces.head().status && head.headers == in_pieces.head().headers,
          "the head is the same, too");
  std::string const rest(at_once.rest());
  require(rest == in_pieces.rest(), "nothing behind it is lost");
  require(text.substr(text.size() - rest.size()) == rest, "what follows is handed on as it came");
  auto const body = read_body(head, rest, rest.size() + 1);
  auto const cut_body = read_body(head, rest, step);
  require(body.text == cut_body.text && body.is_whole == cut_body.is_whole &&
              body.is_faulty == cut_body.is_faulty,
          "a body is the same however it is cut");
  return 0;
}
