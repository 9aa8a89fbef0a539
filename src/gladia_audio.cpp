// The audio layer: no third-party code but Boost.System and Asio's buffers.
#include <gladia/audio/impl/container.ipp>
#include <gladia/audio/impl/interleaver.ipp>
#include <gladia/audio/impl/stream_head.ipp>
#include <gladia/audio/impl/wav.ipp>
