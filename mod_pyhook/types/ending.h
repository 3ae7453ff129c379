// types/ending.h: one view for each record and interpreter. The record's configuration leads to it, and it ends with
// the record's pool.
#pragma once

#include "py/attach.h"

#include "apache/pool.h"

#include "types/view.h"

namespace pyhook {

/// True after the child was told to stop. Work that goes on for long may look at it. Safe in a signal handler.
bool stopping() noexcept;
void begin_stopping() noexcept;

/// True after the child was told to stop at once: it waits for nothing. Safe in a signal handler.
bool stopping_at_once() noexcept;
void begin_stopping_at_once() noexcept;

/// True when the process is about to exit. Pools still end, but nothing may run Python any more, because under prefork
/// this runs in a signal handler.
bool exiting() noexcept;
void begin_exit() noexcept;

/// The views of a record, one for each interpreter that has seen it. The threads of several HTTP/2 streams may add
/// views of their client's connection.
template <class Object> struct Views {
    std::atomic<Object *> first = nullptr;
    bool ended = false;

    Object *find(const State &state) const noexcept { return find(first.load(std::memory_order_acquire), state); }

    /// Adds `made` and gives it, or gives the view of this interpreter that another thread has added first.
    Object *add(Object *made) noexcept {
        made->next_view = first.load(std::memory_order_acquire);
        do
            if (Object *other = find(made->next_view, *made->state)) {
                py::ref::steal(made);
                return other;
            }
        while (!first.compare_exchange_weak(made->next_view, made, std::memory_order_acq_rel));
        return made;
    }

    /// Calls `visit` for each view, also for those that are made meanwhile.
    template <class Visit> void each(Visit visit) const noexcept {
        const Object *seen = nullptr;
        for (Object *newest = nullptr; (newest = first.load(std::memory_order_acquire)) != seen; seen = newest)
            for (Object *view = newest; view != seen; view = view->next_view)
                visit(*view);
    }

    /// Calls `visit` for each view after taking it off the list, because nobody may find one that ends, nor its memory.
    template <class Visit> void take_each(Visit visit) noexcept {
        while (Object *view = first.exchange(nullptr, std::memory_order_acq_rel))
            while (view != nullptr)
                visit(*std::exchange(view, view->next_view));
    }

    /// After the list has ended, nobody would end a new view.
    template <auto end> static apr_status_t finish(void *self) noexcept {
        auto *views = static_cast<Views *>(self);
        if (views->first.load(std::memory_order_acquire) != nullptr)
            end(*views);
        views->ended = true;
        return APR_SUCCESS;
    }

private:
    static Object *find(Object *view, const State &state) noexcept {
        while (view != nullptr && view->state != &state)
            view = view->next_view;
        return view;
    }
};

/// The list of a record, made at the first call. `end` is called with it before the subpools of the record's pool end,
/// and again after that for a view that was made meanwhile.
template <class Object, auto end> Views<Object> &views_of(ap_conf_vector_t *config, apr_pool_t *pool) {
    auto *views = static_cast<Views<Object> *>(ap_get_module_config(config, &pyhook_module));
    if (views == nullptr) {
        views = apache::make<Views<Object>>(pool);
        ap_set_module_config(config, &pyhook_module, views);
        apr_pool_pre_cleanup_register(pool, views, &Views<Object>::template finish<end>);
        apr_pool_cleanup_register(pool, views, &Views<Object>::template finish<end>, apr_pool_cleanup_null);
    }
    return *views;
}

/// This interpreter's view of the record that has `config`, or null.
template <class Object> Object *known_view(const ap_conf_vector_t *config, const State &state) noexcept {
    const auto *views = static_cast<const Views<Object> *>(ap_get_module_config(config, &pyhook_module));
    return views == nullptr ? nullptr : views->find(state);
}

/// Finds this interpreter's view of `record`. If there is none, makes it and gives the first reference to the record's
/// pool. Throws RequestEnded if the record is about to end.
template <class Object, class Record>
Object *view_of(Views<Object> &views, State &state, PyTypeObject *type, Record *record, conn_rec *c) {
    if (Object *view = views.find(state))
        return view;
    if (views.ended)
        py::raise(state.request_ended, "the %s has ended", strrchr(type->tp_name, '.') + 1);
    auto *made = make_view<Object>(state, type, record, c);
    state.views.fetch_add(1);
    Object *view = views.add(made);
    if (view != made)
        state.views.fetch_sub(1);
    if constexpr (std::is_same_v<Record, request_rec>) {
        Counters::add(state.counters->requests, 1U);
        Counters::add(state.counters->objects, 1U);
    }
    return view;
}

/// Drops the pool's reference to a view that has ended. If the view holds user objects, `release` drops them now,
/// attached; otherwise the reference is left to the next thread that attaches.
template <class Release> void let_go(AnyView &view, bool holds_objects, Release release) noexcept {
    if (exiting() || py::forked())
        return;
    State &state = *view.state;
    py::Interpreter &interpreter = state.interpreter;
    if (holds_objects) {
        py::attached here(interpreter);
        release();
        py::ref::steal(&view);
    } else {
        interpreter.retire(view.retired, &view);
    }
    state.views.fetch_sub(1); // now the interpreter may end at any moment
}

} // namespace pyhook
