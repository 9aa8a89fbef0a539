// The emulator: Beast, OpenSSL, nlohmann/json and PocketSphinx are compiled here.
#include <gladia/testing/impl/emulator.ipp>
