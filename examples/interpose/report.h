// interpose/report.h: what the program's user is told of Python's failures.
#pragma once

#include <string>

namespace interpose {

/// Keeps the standard error of the moment: later the program may have another file there, a data base for example.
void keep_standard_error() noexcept;

/// Tells it there, or nowhere once it is gone.
void tell(const std::string &text) noexcept;

/// Tells the pending exception, which is taken.
void tell_exception(const char *where) noexcept;

} // namespace interpose
