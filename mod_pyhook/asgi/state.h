// asgi/state.h: what the adapter keeps for one interpreter.
#pragma once

#include "asgi/scope.h"

#include <mutex>
#include <unordered_set>

namespace pyhook::asgi {

struct AsgiState {
    AsgiState();

    /// True if the application has been imported. Any thread may ask, attached or not.
    bool is_ready(const Mount &mount) const {
        const std::lock_guard lock(mutex);
        return ready.contains(&mount);
    }
    void set_ready(const Mount &mount) {
        const std::lock_guard lock(mutex);
        ready.insert(&mount);
    }

    PyTypeObject *exchange;
    PyTypeObject *websocket;
    py::ref begin; // from pyhook.asgi, as is begin_websocket
    py::ref begin_websocket;
    py::ref begin_handler; // from pyhook.socket_tasks
    Scopes scopes;

    /// What a WebSocket hears.
    struct Kinds {
        py::ref text = py::check(PyUnicode_InternFromString("text"));
        py::ref bytes = py::check(PyUnicode_InternFromString("bytes"));
        py::ref close = py::check(PyUnicode_InternFromString("close"));
    } kinds;

private:
    mutable std::mutex mutex; // no thread waits for a GIL while it holds this
    std::unordered_set<const Mount *> ready;
};

} // namespace pyhook::asgi
