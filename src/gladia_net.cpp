// The part of the library that needs Beast and OpenSSL.
#include <gladia/net/impl/backoff.ipp>
#include <gladia/net/impl/http.ipp>
#include <gladia/net/impl/http_client.ipp>
#include <gladia/net/impl/http_error.ipp>
#include <gladia/net/impl/http_fsm.ipp>
#include <gladia/net/impl/proxy.ipp>
#include <gladia/net/impl/response_body.ipp>
#include <gladia/net/impl/response_head.ipp>
#include <gladia/net/impl/transport.ipp>
#include <gladia/net/impl/upgrade_answer.ipp>
#include <gladia/net/impl/url.ipp>
