#include "call/callable.h"

#include "py/attach.h"
#include "py/lock.h"

#include "call/another_try.h"
#include "call/forked.h"
#include "types/serving.h"

#include <atomic>
#include <deque>
#include <mutex>
#include <unordered_map>

#include "py/poison.h"

namespace pyhook {

namespace {

/// A target in this interpreter. Once `is_known` it has a callable, or an exception if it `has_failed`: then loading is
/// tried again.
struct Resolved {
    const Target *target = nullptr;
    std::mutex loading; // an application is loaded once, however many requests wait for it
    py::ref callable;
    py::ref exception;
    std::atomic<const char *> code = nullptr;
    std::atomic<bool> is_known = false;
    std::atomic<bool> has_failed = false;
    AnotherTry tries;
};

/// Any attached thread may ask. Results keep their address as long as the interpreter lives.
class ResolvedTargets {
public:
    explicit ResolvedTargets(State &state) : state_(state) {}

    /// Loads the target if necessary, or waits for the thread that loads it.
    const Resolved &resolved(const Target &target);

    /// The exception of a target that has failed.
    py::ref exception_of(const Resolved &failed);

    /// The target as it is, loaded or not.
    Resolved &at(const Target &target);

    std::vector<const Target *> loaded();
    std::vector<py::ref> failures();

private:
    py::ref instance_of(py::ref object);
    py::ref look_up(py::ref object, std::string_view path, Use use);
    py::ref callable_of(const Target &target, const char *&code);
    void load(const Target &target, Resolved &made);

    State &state_;
    py::gil_lock lock_;
    std::deque<Resolved> resolved_;                     // by Target::id
    std::unordered_map<PyObject *, py::ref> instances_; // of the classes that the configuration names
};

/// Ends a process that user code forks while it is loaded, before anybody handles an exception there.
leaving_if_forked loads(const Target &target) { return {ap_server_conf, {"", target.spec}}; }

py::ref load(const char *function, const char *what) {
    return py::call(py::attribute(py::import("pyhook.loading"), function), py::to_python(std::string_view(what)));
}

py::ref module_of(const Target &target) {
    const leaving_if_forked here = loads(target);
    return target.file == nullptr ? load_module(target.module) : load("load_file", target.file);
}

void check_callable(py::borrowed object) {
    if (PyCallable_Check(object) == 0)
        py::raise(PyExc_TypeError, "expected a callable, not %.100s", Py_TYPE(object)->tp_name);
}

/// Held while a target is loaded. Other threads may run Python while this one waits for it.
class loading {
public:
    explicit loading(Resolved &wanted) : mutex_(wanted.loading) {
        py::while_detached([this] { mutex_.lock(); });
    }
    loading(const loading &) = delete;
    loading &operator=(const loading &) = delete;
    ~loading() { mutex_.unlock(); }

private:
    std::mutex &mutex_;
};

/// A class is replaced by its instance, made once per interpreter. If two threads make one, the first is kept.
py::ref ResolvedTargets::instance_of(py::ref object) {
    if (PyType_Check(object.get()) == 0)
        return object;
    {
        const std::lock_guard guard(lock_);
        const auto known = instances_.find(object.get());
        if (known != instances_.end())
            return known->second.copy();
    }
    py::ref made = py::call(object);
    const std::lock_guard guard(lock_);
    // A second instance is destroyed after the lock is released.
    return instances_.try_emplace(object.get(), std::move(made)).first->second.copy();
}

/// Classes within the path are replaced by their instances; the class at its end only if a phase calls it.
py::ref ResolvedTargets::look_up(py::ref object, std::string_view path, Use use) {
    for (;;) {
        const std::size_t dot = path.find('.');
        const py::ref name = py::to_python(path.substr(0, dot));
        object = py::check(PyObject_GetAttr(object.get(), name.get()));
        const bool last = dot == std::string_view::npos;
        if (!last || use == Use::callable)
            object = instance_of(std::move(object));
        if (last)
            return object;
        path.remove_prefix(dot + 1);
    }
}

py::ref ResolvedTargets::callable_of(const Target &target, const char *&code) {
    code = code::not_imported;
    const leaving_if_forked here = loads(target);
    py::ref module = module_of(target);
    code = code::not_callable;
    py::ref callable = look_up(std::move(module), target.attribute, target.use);
    check_callable(callable);
    if (target.use == Use::filter)
        callable = py::call(py::attribute(py::import("pyhook.filters"), "as_generator"), callable);
    if (target.use == Use::factory)
        check_callable(callable = py::call(py::attribute(py::import("pyhook.loading"), "make"),
                                           py::to_python(std::string_view(target.spec)), callable));
    return callable;
}

/// Others may be looking at the former exception; it is destroyed after the lock is released.
void ResolvedTargets::load(const Target &target, Resolved &made) {
    const AnotherTry::trying now(made.tries);
    const uninterrupted here; // an import is whole or has failed
    const char *code = nullptr;
    py::ref callable;
    py::ref exception;
    try {
        callable = callable_of(target, code);
    } catch (const py::error &) {
        exception = py::take_exception();
    }
    const std::lock_guard guard(lock_);
    made.code = code;
    if (callable) {
        made.callable = std::move(callable);
        if (target.id < state_.callables.size())
            state_.callables[target.id].store(made.callable.get(), std::memory_order_release);
    }
    std::swap(made.exception, exception);
    const bool failed = !made.callable;
    made.has_failed = failed;
    if (target.id < state_.failed.size())
        state_.failed[target.id] = failed;
}

py::ref ResolvedTargets::exception_of(const Resolved &failed) {
    const std::lock_guard guard(lock_);
    return failed.exception.copy();
}

Resolved &ResolvedTargets::at(const Target &target) {
    const std::lock_guard guard(lock_);
    if (resolved_.size() <= target.id)
        resolved_.resize(target.id + 1);
    return resolved_[target.id];
}

const Resolved &ResolvedTargets::resolved(const Target &target) {
    Resolved &known = at(target);
    const bool again = known.is_known && known.has_failed && known.tries.claim();
    if (!known.is_known || again) {
        const loading here(known);
        if (!known.is_known || again) {
            known.target = &target;
            load(target, known);
            known.is_known = true;
        }
    }
    return known;
}

std::vector<const Target *> ResolvedTargets::loaded() {
    const std::lock_guard guard(lock_);
    std::vector<const Target *> targets;
    for (const Resolved &each : resolved_)
        if (each.is_known && !each.has_failed)
            targets.push_back(each.target);
    return targets;
}

std::vector<py::ref> ResolvedTargets::failures() {
    const std::lock_guard guard(lock_);
    std::vector<py::ref> exceptions;
    for (const Resolved &each : resolved_)
        if (each.is_known && each.has_failed)
            exceptions.push_back(each.exception.copy());
    return exceptions;
}

ResolvedTargets &targets_of(State &state) { return state.kept<ResolvedTargets>(); }

} // namespace

const char *Unresolved::what() const noexcept {
    return std::string_view(code) == code::not_imported ? "can't be imported" : "can't be called";
}

py::ref load_module(const char *name) { return load("load_module", name); }
void load_plugin(const char *name) { load("load_plugin", name); }

py::maybe find(State &state, const Target &target) {
    if (PyObject *callable = state.callable(target.id))
        return callable;
    const Resolved &known = targets_of(state).resolved(target);
    return known.has_failed ? nullptr : known.callable.get();
}

py::maybe find_loaded(State &state, const Target &target) {
    const Resolved &known = targets_of(state).at(target);
    return known.is_known && !known.has_failed ? known.callable.get() : nullptr;
}

void load_early(State &state, const char *phase, const Target &target, server_rec *s) noexcept {
    try {
        resolve(state, target);
    } catch (const Unresolved &problem) {
        report(s, problem.code, {phase, target.spec}, problem.what(), problem.exception.get());
    }
}

py::borrowed detail::load(State &state, const Target &target) {
    ResolvedTargets &targets = targets_of(state);
    const Resolved &known = targets.resolved(target);
    if (known.has_failed)
        throw Unresolved{known.code, targets.exception_of(known)};
    return known.callable;
}

py::borrowed resolve(State &state, const Choice &choice) {
    if (choice.otherwise == nullptr)
        return resolve(state, *choice.preferred);
    const py::maybe preferred = find(state, *choice.preferred);
    return preferred ? *preferred : resolve(state, *choice.otherwise);
}

std::vector<const Target *> loaded_in(State &state) { return targets_of(state).loaded(); }

std::vector<py::ref> failures_in(State &state) { return targets_of(state).failures(); }

} // namespace pyhook
