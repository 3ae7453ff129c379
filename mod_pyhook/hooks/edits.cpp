#include "hooks/edits.h"

#include "py/attach.h"

#include "hooks/call.h"
#include "hooks/codes.h"

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr const char *module_name = "pyhook.reloading";

py::ref function(const char *name) { return py::attribute(py::import(module_name), name); }

py::ref list_of(const Paths &paths) {
    py::ref list = py::check(PyList_New(0));
    for (const std::string &path : paths)
        py::check(PyList_Append(list.get(), py::to_python(std::string_view(path)).get()));
    return list;
}

Paths paths_from(const py::ref &strings) {
    const py::ref list = py::check(PySequence_List(strings.get()));
    Paths paths;
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(list.get()); ++at)
        paths.emplace_back(py::text(PyList_GET_ITEM(list.get(), at)).view());
    return paths;
}

void note_failures(State &state) {
    for (const py::ref &exception : failures_in(state))
        note_failure(exception);
}

/// Attached; what is raised is logged.
template <class Step> bool or_report(State &state, const char *what, server_rec *s, Step step) {
    const py::attached here(state.interpreter);
    try {
        step();
        return true;
    } catch (const py::error &) {
        report(s, code::reload_failed, {"PyHookReload", state.interpreter.name().c_str()}, what,
               py::take_exception().get());
        return false;
    }
}

} // namespace

Paths edited_files(State &state, server_rec *s) {
    Paths paths;
    or_report(state, "could not look at the files of its code", s, [&] {
        note_failures(state);
        paths = paths_from(py::call(function("changed")));
    });
    return paths;
}

Paths files_read(State &state) {
    note_failures(state);
    return paths_from(py::call(function("files")));
}

void watch_also(State &state, const Paths &paths, server_rec *s) {
    or_report(state, "could not look at the files of its code", s, [&] { py::call(function("also"), list_of(paths)); });
}

bool can_be_compiled(State &state, const Paths &paths, server_rec *s) {
    return or_report(state, "can't be replaced, what was loaded before goes on serving", s,
                     [&] { py::call(function("check"), list_of(paths)); });
}

void note_failure(py::borrowed exception) noexcept {
    try {
        py::call(function("note"), exception);
    } catch (const py::error &) {
        py::write_unraisable({});
    }
}

} // namespace pyhook
