// types/ending.h: one view per record and interpreter, found through the record's configuration, ended with its pool.
#pragma once

#include "py/attach.h"

#include "apache/pool.h"

#include "types/view.h"

namespace pyhook {

/// The child has been told to end: what goes on for long may look at it. Safe in a signal handler.
bool stopping() noexcept;
void begin_stopping() noexcept;

/// The process is leaving: pools end, but nothing may run Python any more (under prefork this is a signal handler).
bool leaving() noexcept;
void leave() noexcept;

/// The views of a record, one per interpreter that has seen it.
template <class Object> struct Views { Object *first = nullptr; };

/// Finds this interpreter's view of `record`, or makes it and gives the record's pool the first reference.
/// `end` is called with the list when the pool goes.
template <class Object, auto end, class Record>
Object *
view_of(State &state, PyTypeObject *type, Record *record, ap_conf_vector_t *config, apr_pool_t *pool, conn_rec *c) {
    auto *views = static_cast<Views<Object> *>(ap_get_module_config(config, &pyhook_module));
    if (views == nullptr) {
        views = apache::make<Views<Object>>(pool);
        ap_set_module_config(config, &pyhook_module, views);
        apr_pool_pre_cleanup_register(pool, views, [](void *self) -> apr_status_t {
            end(static_cast<Views<Object> *>(self)->first);
            return APR_SUCCESS;
        });
    }
    for (Object *view = views->first; view != nullptr; view = view->next_view)
        if (view->state == &state)
            return view;
    auto *view = make_view<Object>(state, type, record, c);
    view->next_view = views->first;
    views->first = view;
    if constexpr (std::is_same_v<Record, request_rec>)
        Counters::add(state.counters->requests, 1U);
    return view;
}

template <class Object, class Visit> void each_view(Object *first, Visit visit) noexcept {
    while (first != nullptr) {
        Object *view = first;
        first = view->next_view;
        visit(*view);
    }
}

/// Gives up the pool's reference to a view that has ended. When the view holds objects of the user's, they are
/// released now, by `release` inside the interpreter; otherwise nothing waits for Python.
template <class Release> void let_go(AnyView &view, bool holds_objects, Release release) noexcept {
    if (leaving() || py::Runtime::forked())
        return;
    py::Interpreter &interpreter = view.state->interpreter;
    if (holds_objects) {
        py::attached here(interpreter);
        release();
        py::ref::steal(&view);
    } else {
        interpreter.retire(view.retired, &view);
    }
}

} // namespace pyhook
