#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <functional>
#include <memory>
#include <support/certificates.hpp>
#include <support/scripted_server.hpp>

namespace gladia::test {

using tls_connection = boost::asio::ssl::stream<tcp::socket&>;

inline boost::asio::ssl::context server_context(credentials const& own) {
  boost::asio::ssl::context context(boost::asio::ssl::context::tls_server);
  context.use_certificate_chain(boost::asio::buffer(own.certificate));
  context.use_private_key(boost::asio::buffer(own.key), boost::asio::ssl::context::pem);
  return context;
}

/// The script of a TLS server that goes on with `script` after the handshake.
inline scripted_server::script encrypted(credentials const& own,
                                         std::function<void(tls_connection&)> script) {
  auto context = std::make_shared<boost::asio::ssl::context>(server_context(own));
  return [context, script = std::move(script)](tcp::socket& socket) {
    tls_connection stream(socket, *context);
    stream.handshake(boost::asio::ssl::stream_base::server);
    script(stream);
  };
}

}  // namespace gladia::test
