// types/elsewhere.h: the requests whose Python runs neither on their own thread nor on one of httpd's: as a task of an
// event loop, or in a worker process. Other threads look at the list.
#pragma once

#include "py/ref.h"

#include "apache/httpd.h"

#include <mutex>
#include <sys/types.h>

namespace pyhook {

struct State;

class RunningElsewhere {
public:
    /// What others may know of it, as long as it is in the list.
    struct Facts {
        unsigned long number = 0;            // no other one of this process has it
        const request_rec *record = nullptr; // of this, other threads use only what no phase changes
        const char *method = nullptr;
        const char *uri = nullptr;
        const char *client = nullptr;
        State *state = nullptr;          // that of its event loop; null: it runs in a process
        const char *processes = nullptr; // or the name of a PyHookProcesses line
        pid_t pid = 0;                   // the process; 0: it waits for one
    };

    /// A task; `cancel`, a method, cancels it. For the loop's thread, attached; so is the end of this.
    RunningElsewhere(State &state, const request_rec &r, py::ref cancel) noexcept;
    /// A request that is to run in one of the processes of this name.
    RunningElsewhere(const char *processes, const request_rec &r) noexcept;
    RunningElsewhere(const RunningElsewhere &) = delete;
    RunningElsewhere &operator=(const RunningElsewhere &) = delete;
    ~RunningElsewhere();

    const Facts &facts() const noexcept { return facts_; }

    /// The process of this number gets the request; 0: it waits for one.
    void goes_to(pid_t pid) noexcept;

    /// The method that cancels the task. For a thread that is attached to the loop's interpreter.
    py::ref cancel() const noexcept { return cancel_.copy(); }

    /// Visits each. None begins or ends meanwhile, so `visit` must neither wait nor allocate Python objects.
    template <class Visit> static void each(Visit visit) {
        const std::lock_guard lock(all().mutex);
        for (const RunningElsewhere *one = all().first; one != nullptr; one = one->next_)
            visit(*one);
    }

private:
    RunningElsewhere(Facts facts, py::ref cancel) noexcept;

    struct All {
        std::mutex mutex; // nobody waits for a GIL under it
        RunningElsewhere *first = nullptr;
        unsigned long last_number = 0;
    };
    static All &all() noexcept;

    Facts facts_;
    py::ref cancel_;
    RunningElsewhere *next_ = nullptr;
    RunningElsewhere **place_ = nullptr; // the pointer that leads here
};

} // namespace pyhook
