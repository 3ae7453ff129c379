// types/running.h: the calls into Python that serve requests now. The threads that make them keep the list; other
// threads look at it.
#pragma once

#include "py/lock.h"
#include "py/other_thread.h"

#include "apache/httpd.h"

#include <chrono>
#include <mutex>
#include <optional>

namespace pyhook {

struct Request;
struct State;

/// What the client has asked for.
inline const char *uri_of(const request_rec &r) noexcept { return r.unparsed_uri != nullptr ? r.unparsed_uri : r.uri; }

/// One call, from the moment when its thread is attached and serves the request, until it stops serving it.
class RunningCall {
public:
    RunningCall(const Request &request, State &state, const request_rec &r) noexcept;
    RunningCall(const RunningCall &) = delete;
    RunningCall &operator=(const RunningCall &) = delete;
    ~RunningCall();

    /// From now on nobody interrupts the call, and an interruption on its way is taken back. Nests.
    void protect() noexcept;
    void expose() noexcept;

    /// What others may know of it, as long as it is in the list.
    struct Facts {
        unsigned long number; // no other call of this process has it
        const Request *request;
        State *state;
        const request_rec *record; // of this, other threads use only what no phase changes
        const char *method;
        const char *uri;
        const char *client;
        py::OtherThread thread;
    };

    /// What the watching thread knows of it.
    struct Watched {
        bool was_seen;
        unsigned char reported;      // a bit for each kind of entry
        unsigned char interruptions; // how many there were
        unsigned char spared;        // how many times none came, for the sake of locks and records
        bool is_given_up;
        std::chrono::steady_clock::duration ran; // time in Python, as seen
    };

    static Facts facts_of(const Request &request, State &state, const request_rec &r) noexcept;
    const Facts &facts() const noexcept { return facts_; }
    Watched watched{};

    /// Raises an exception of the class in the call's thread, which must be in Python code of the application. Gives
    /// false if it is not. For an attached thread.
    bool interrupt(py::borrowed type) noexcept;

private:
    friend class RunningCalls;

    Facts facts_;
    int protections_ = 0;
    bool is_interrupted_ = false;
    RunningCall *next_ = nullptr;
    RunningCall **place_ = nullptr; // the pointer that leads here
};

class RunningCalls {
public:
    static RunningCalls &here() noexcept;

    /// From now on calls enter the list. A child decides this at its start; one that does not pays nothing.
    static void watch() noexcept { watched_ = true; }
    static bool is_watched() noexcept { return watched_; }

    /// Visits each call. Calls neither begin nor end meanwhile, so `visit` must neither wait nor allocate Python
    /// objects.
    template <class Visit> void each(Visit visit) {
        const std::lock_guard lock(mutex_);
        for (RunningCall *call = first_; call != nullptr; call = call->next_)
            visit(*call);
    }

    /// Visits the call of this number. Gives false if it has ended.
    template <class Visit> bool with(unsigned long number, Visit visit) {
        bool found = false;
        each([&](RunningCall &call) {
            if (call.facts().number == number) {
                visit(call);
                found = true;
            }
        });
        return found;
    }

private:
    friend class RunningCall;

    static bool watched_;   // set before there are threads
    py::quick_mutex mutex_; // nobody waits for a GIL under it
    RunningCall *first_ = nullptr;
    unsigned long last_number_ = 0;
};

} // namespace pyhook
