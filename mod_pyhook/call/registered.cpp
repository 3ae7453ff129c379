#include "call/registered.h"

#include "py/bind.h"

#include "call/forked.h"

#include <array>
#include <vector>

#include "py/poison.h"

namespace pyhook {

namespace {

/// What decorators have registered in one interpreter, by phase.
struct RegisteredCallables {
    std::array<std::vector<Registered>, phase_count> of;
};

/// "module:name", or what repr says of a callable that has no name, such as functools.partial.
std::string name_of(py::borrowed callable) {
    if (PyObject_HasAttrString(callable, "__qualname__") == 0)
        return std::string(py::text(py::check(PyObject_Repr(callable))).view());
    const py::ref module = py::check(PyObject_Str(py::attribute(callable, "__module__").get()));
    const py::ref name = py::check(PyObject_Str(py::attribute(callable, "__qualname__").get()));
    return std::string(py::text(module).view()) + ":" + std::string(py::text(name).view());
}

} // namespace

Registered registered_from(py::borrowed callable) { return {py::ref::share(callable), name_of(callable)}; }

std::optional<std::bitset<phase_count>> take_registered(State &state, server_rec *s) noexcept {
    std::bitset<phase_count> taken;
    auto &kept = state.kept<RegisteredCallables>();
    try {
        const py::ref registry = py::attribute(py::import("pyhook.hooks"), "registered");
        for (std::size_t index = 0; index < phase_count; ++index) {
            PyObject *known = PyDict_GetItemString(registry.get(), phases[index].name);
            const py::ref callables = py::check(known == nullptr ? PyTuple_New(0) : PySequence_Tuple(known));
            for (Py_ssize_t at = 0; at < PyTuple_GET_SIZE(callables.get()); ++at)
                kept.of[index].push_back(registered_from(PyTuple_GET_ITEM(callables.get(), at)));
            taken[index] = !kept.of[index].empty();
        }
        state.registered = taken.to_ullong();
    } catch (const py::error &) {
        report(s, code::import_failed, {"PyHookImport", "pyhook.hooks"}, "failed", py::take_exception().get());
        return std::nullopt;
    }
    return taken;
}

std::span<const Registered> registered_for(State &state, std::size_t phase) {
    return state.has_registered(phase) ? state.kept<RegisteredCallables>().of[phase] : std::span<const Registered>();
}

void call_plainly(const Site &site, py::borrowed function, server_rec *s) noexcept {
    try {
        const leaving_if_forked here(s, site);
        py::call(function);
    } catch (const py::error &) {
        report(s, code::raised, site, "raised", py::take_exception().get());
    }
}

void run_callbacks(const char *event, server_rec *s) noexcept {
    try {
        const py::ref callbacks = py::attribute(py::import("pyhook.life"), "callbacks");
        const py::ref registered = py::check(PyMapping_GetItemString(callbacks.get(), event));
        const py::ref functions = py::check(PySequence_List(registered.get()));
        py::check(PyObject_CallMethod(registered.get(), "clear", nullptr)); // each event comes once
        for (Py_ssize_t at = 0; at < PyList_GET_SIZE(functions.get()); ++at) {
            const Registered one = registered_from(PyList_GET_ITEM(functions.get(), at));
            call_plainly({event, one.name.c_str()}, one.callable, s);
        }
    } catch (const py::error &) {
        report(s, code::raised, {event, "pyhook.life"}, "raised", py::take_exception().get());
    }
}

} // namespace pyhook
