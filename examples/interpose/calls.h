// interpose/calls.h: what the functions on file descriptors share with those on streams.
#pragma once

#include "decisions.h"

namespace interpose {

/// What Python says to an open; undecided where it is not asked.
Decision decide_open(Place place, int flags, mode_t mode) noexcept;

bool is_emulated(int fd) noexcept;

} // namespace interpose
