#pragma once

/// What a library does that has an Asio of its own: echoes over loopback, with timers, for a while.
///
/// \return how many times a byte went to and fro
int echo_with_another_asio();
