#pragma once

#include <gladia/error.hpp>
#include <gladia/live/session.hpp>
