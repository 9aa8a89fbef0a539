#include <gmock/gmock.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <support/example_fixture.hpp>
#include <support/scripted_server.hpp>

namespace {

using namespace gladia::test;
using gladia::test::tcp;
using ::testing::HasSubstr;

/// The length of the body that follows a head.
std::uint64_t length_in(std::string const& head) {
  std::string const name = "Content-Length: ";
  return std::stoull(head.substr(head.find(name) + name.size()));
}

/// Reads a request and throws its body away. Returns how much of that came.
std::uint64_t read_away(tcp::socket& socket) {
  std::string text;
  auto const head = boost::asio::read_until(socket, boost::asio::dynamic_buffer(text), "\r\n\r\n");
  auto const length = length_in(text.substr(0, head));
  std::uint64_t got = text.size() - head;
  std::array<char, 65536> part;
  while (got < length) got += socket.read_some(boost::asio::buffer(part));
  return got;
}

void answer(tcp::socket& socket, std::string const& status, std::string const& body) {
  gladia::test::send(socket, "HTTP/1.1 " + status + "\r\nContent-Length: " +
                                 std::to_string(body.size()) + "\r\n\r\n" + body);
}

struct the_memory_of_an_upload : example_fixture {
  /// A file of zeros that takes no place.
  std::string large_file(std::uint64_t size) const {
    auto const path = file("large.wav", "");
    std::filesystem::resize_file(path, size);
    return path;
  }
};

TEST_F(the_memory_of_an_upload, of_400_mb_stays_below_64_mb) {
  constexpr std::uint64_t size = 400'000'000;
  std::uint64_t uploaded = 0;
  std::uint64_t peak = 0;
  std::promise<program*> started;
  gladia::test::scripted_server scripted(
      {[&](tcp::socket& socket) {
         uploaded = read_away(socket);
         answer(socket, "200 OK", R"({"audio_url": "https://files.test/large.wav"})");
       },
       [&](tcp::socket& socket) {
         read_away(socket);
         peak = started.get_future().get()->peak_memory();
         answer(socket, "422 Unprocessable Entity", R"({"message": "only zeros"})");
       }});
  options.arguments = {large_file(size), "--api-url", scripted.url("http", ""), "--api-key", "key"};
  program client(example("transcribe_recording"), options);
  started.set_value(&client);
  auto const end = client.wait();
  scripted.finish();
  EXPECT_THAT(end.err, HasSubstr("only zeros"));
  EXPECT_GE(uploaded, size);
  EXPECT_LT(uploaded, size + 1000) << "with what stands around the file in the form";
  EXPECT_GT(peak, 1'000'000u);
  EXPECT_LT(peak, 64'000'000u);
  RecordProperty("peak", std::to_string(peak));
}

}  // namespace
