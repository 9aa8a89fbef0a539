// A user's program: touches the error, the request, the client and a session, without a network.
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <gladia.hpp>
#include <string>

std::string words_of_a_transcript();  // words.cpp

int main() {
  gladia::error const error(gladia::errc::not_found);
  std::puts(error.what().c_str());

  boost::asio::io_context context;
  gladia::client const client(context);
  gladia::live_request request;
  request.language_config.languages = {"en"};
  auto session = client.live().session(request);
  session.stop();
  std::puts(words_of_a_transcript().c_str());
  return error.what().empty() || session.stats().bytes_sent != 0 ? 1 : 0;
}
