#pragma once

/// \file
/// The version of this library. `CMakeLists.txt` reads the version from this header.

/// Changes when programs have to change.
#define GLADIA_VERSION_MAJOR 0
/// Changes when something is added; while the major version is 0, also when programs have to
/// change.
#define GLADIA_VERSION_MINOR 2
/// Changes when something is mended.
#define GLADIA_VERSION_PATCH 0

/// The version as text, for example `"0.2.0"`.
#define GLADIA_VERSION_STRING "0.2.0"
