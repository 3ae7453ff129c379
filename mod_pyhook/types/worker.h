// types/worker.h: pyhook.Worker, a backend of a mod_proxy balancer. It lives as long as the process.
#pragma once

#include "types/state.h"

// With the linkage that C++ needs. Its functions are used as optional ones, because mod_proxy may not be loaded.
extern "C" {
#include <mod_proxy.h>
}

namespace pyhook {

/// All children share its data, which changes while other requests are served.
struct Worker : PyObject {
    State *state;
    proxy_worker *worker;

    void check_usable() const noexcept {}
    void drop() noexcept {}
    proxy_worker_shared *record() const noexcept { return worker->s; }

    const char *name() const;
    const char *hostname() const;
    const char *route() const;
    const char *redirect() const;
    double lbfactor() const;
    std::string_view status() const;
    bool is_draining() const;
    bool is_usable() const;
    py::ref error_time() const;

    static py::ref show(State &state, proxy_worker *worker);

    /// The backend that `object` shows; null if it is not a Worker.
    static proxy_worker *shown_by(const State &state, py::borrowed object) noexcept;
};

void add_worker_type(State &state, py::borrowed module);

} // namespace pyhook
