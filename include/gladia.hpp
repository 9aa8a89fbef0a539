#pragma once

/// \file
/// Everything that most programs need: the client, sessions, recordings, the model and how it is
/// printed, and audio.
///
/// Two headers are not included, and have to be included separately: JSON interoperability
/// (`gladia/codec/json.hpp`) and the emulator (`gladia/testing/emulator.hpp`).

#include <gladia/audio/convert.hpp>
#include <gladia/audio/g711.hpp>
#include <gladia/audio/interleaver.hpp>
#include <gladia/audio/pacer.hpp>
#include <gladia/audio/wav.hpp>
#include <gladia/base64.hpp>
#include <gladia/client.hpp>
#include <gladia/live/event_json.hpp>
#include <gladia/live/session.hpp>
#include <gladia/live/subtitle.hpp>
#include <gladia/live/threaded_session.hpp>
#include <gladia/live/transcript.hpp>
#include <gladia/model/callback.hpp>
#include <gladia/model/failed_addons.hpp>
#include <gladia/model/pre_recorded_job.hpp>
#include <gladia/model/print.hpp>
#include <gladia/throwing.hpp>
#include <gladia/version.hpp>
