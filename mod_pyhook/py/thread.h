// py/thread.h: a thread of our own in httpd's process.
#pragma once

#include <chrono>
#include <semaphore.h>

namespace py {

/// Runs `main(argument)` in a thread that gets none of httpd's signals and that nobody joins. `ps` and debuggers know
/// it by its name, of at most 15 bytes. Throws start_error, which says that it could not be made.
void start_thread(const char *name, void *(*main)(void *) noexcept, void *argument);

/// Waits for the semaphore, but not past `end`: false then.
bool wait_until(sem_t &semaphore, std::chrono::steady_clock::time_point end) noexcept;

} // namespace py
