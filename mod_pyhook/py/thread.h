// py/thread.h: a thread of our own in httpd's process.
#pragma once

namespace py {

/// Runs `main(argument)` in a thread that gets none of httpd's signals and that nobody joins. Throws start_error,
/// which says that it could not be made.
void start_thread(void *(*main)(void *) noexcept, void *argument);

} // namespace py
