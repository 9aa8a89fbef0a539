#pragma once

/// \file
/// The version of this library. `CMakeLists.txt` reads it from here.

#define GLADIA_VERSION_MAJOR 0
#define GLADIA_VERSION_MINOR 2
#define GLADIA_VERSION_PATCH 0

/// The version as text, for example `"0.2.0"`.
#define GLADIA_VERSION_STRING "0.2.0"
