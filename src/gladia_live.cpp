// The calls, the session and the client.
#include <gladia/api/impl/service.ipp>
#include <gladia/impl/client.ipp>
#include <gladia/impl/error.ipp>
#include <gladia/impl/strand.ipp>
#include <gladia/live/impl/client.ipp>
#include <gladia/live/impl/event_json.ipp>
#include <gladia/live/impl/session.ipp>
#include <gladia/live/impl/subtitle.ipp>
#include <gladia/live/impl/threaded_session.ipp>
#include <gladia/live/impl/transcript.ipp>
#include <gladia/pre_recorded/impl/client.ipp>
