// py/thread.h: starts threads of mod_pyhook in httpd's process.
#pragma once

#include <chrono>
#include <semaphore.h>

namespace py {

/// Runs `main(argument)` in a thread that gets none of httpd's signals and is never joined. `name` has at most 15
/// bytes; `ps` and debuggers show it. Throws start_error if the thread can't be made.
void start_thread(const char *name, void *(*main)(void *) noexcept, void *argument);

/// Waits for the semaphore until `end`. Returns false if `end` comes first.
bool wait_until(sem_t &semaphore, std::chrono::steady_clock::time_point end) noexcept;

} // namespace py
