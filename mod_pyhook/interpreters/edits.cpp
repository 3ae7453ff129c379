#include "interpreters/edits.h"

#include "py/attach.h"

#include "call/callable.h"
#include "call/entry.h"
#include "interpreters/file_watch.h"

#include <algorithm>

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr const char *module_name = "pyhook.reloading";

py::ref function(const char *name) { return py::attribute(py::import(module_name), name); }

std::vector<std::string> strings_from(const py::ref &iterable) {
    const py::ref list = py::check(PySequence_List(iterable.get()));
    std::vector<std::string> strings;
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(list.get()); ++at)
        strings.emplace_back(py::text(PyList_GET_ITEM(list.get(), at)).view());
    return strings;
}

void add_new(Names &names, const char *from) {
    for (std::string &name : strings_from(py::call(function(from))))
        if (std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(std::move(name));
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

void start_noting_files() { py::call(function("start"), notice_function()); }

Paths edited_files(State &state, server_rec *s) {
    Paths paths;
    or_report(state, "could not look at the files of its code", s, [&] {
        note_failures(state);
        paths = strings_from(py::call(function("changed")));
    });
    return paths;
}

Paths files_read(State &state) {
    note_failures(state);
    return strings_from(py::call(function("files")));
}

void watch_also(State &state, const Paths &paths, server_rec *s) {
    or_report(state, "could not look at the files of its code", s,
              [&] { py::call(function("also"), py::list_of(paths)); });
}

bool can_be_compiled(State &state, server_rec *s) {
    return or_report(state, "can't be replaced, what was loaded before goes on serving", s,
                     [] { py::call(function("check")); });
}

void Modules::add_those_of(State &state, server_rec *s) {
    or_report(state, "could not look at the modules of its code", s, [&] {
        add_new(imported, "imported");
        add_new(edited, "imported_and_edited");
    });
}

void import_again(const Modules &modules) {
    py::call(function("import_again"), py::list_of(modules.imported), py::list_of(modules.edited));
}

void note_failure(py::borrowed exception) noexcept {
    try {
        py::call(function("note"), exception);
    } catch (const py::error &) {
        py::write_unraisable({});
    }
}

} // namespace pyhook
