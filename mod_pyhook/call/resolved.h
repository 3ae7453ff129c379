// call/resolved.h: the callables of one interpreter that targets name, each imported at its first use.
#pragma once

#include "py/lock.h"

#include "call/another_try.h"
#include "config/target.h"
#include "types/state.h"

#include <atomic>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace pyhook {

/// Imports a module that the configuration names, in the attached interpreter. Throws, too, where Python gives another
/// module of that name than the configuration's directories do.
py::ref load_module(const char *name);

/// The same of one whose decorators register callables. What raises has registered none.
void load_plugin(const char *name);

/// What came of a target, once `is_known`: a callable, or an exception if it `has_failed`, which is tried again.
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

/// Any attached thread may ask; what is given stays where it is as long as the interpreter.
class ResolvedTargets {
public:
    /// Loaded, if it was not; then waits for the thread that loads it.
    const Resolved &resolved(const Target &target);

    /// Of one that has failed.
    py::ref exception_of(const Resolved &failed);

    /// As it is now.
    Resolved &at(const Target &target);

    std::vector<const Target *> loaded();
    std::vector<py::ref> failures();

private:
    py::ref instance_of(py::ref object);
    py::ref look_up(py::ref object, std::string_view path, Use use);
    py::ref callable_of(const Target &target, const char *&code);
    void load(const Target &target, Resolved &made);

    py::gil_lock lock_;
    std::deque<Resolved> resolved_;                     // by Target::id
    std::unordered_map<PyObject *, py::ref> instances_; // of the classes that the configuration names
};

} // namespace pyhook
