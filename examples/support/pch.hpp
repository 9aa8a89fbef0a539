#pragma once

// The headers that most examples include, for the build alone: each example includes what it uses.

#include <CLI/CLI.hpp>
#include <gladia.hpp>
#include <gladia/testing/emulator.hpp>
#include <iostream>
