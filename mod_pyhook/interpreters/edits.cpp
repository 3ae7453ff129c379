#include "interpreters/edits.h"

#include "py/attach.h"
#include "py/bind.h"

#include "call/callable.h"
#include "call/entry.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <set>
#include <string>
#include <sys/inotify.h>
#include <unistd.h>

#include "py/poison.h"

namespace pyhook {

namespace {

/// A file was written, renamed to this name, or given another time.
constexpr std::uint32_t edits = IN_CLOSE_WRITE | IN_MOVED_TO | IN_ATTRIB;

/// One for the process: all interpreters add files, and requests ask outside of any interpreter.
class FileWatch {
public:
    void of(const std::string &path) {
        const std::size_t slash = path.rfind('/');
        if (slash == std::string::npos)
            return;
        const std::lock_guard lock(mutex_);
        names_.insert(path.substr(slash + 1));
        const std::string directory = path.substr(0, slash + 1);
        if (directories_.insert(directory).second)
            inotify_add_watch(queue_, directory.c_str(), edits | IN_ONLYDIR);
    }

    /// Other files of the directories, a database for example, may be written at any time: they do not count.
    bool take() noexcept {
        bool told = false;
        alignas(inotify_event) std::array<char, 4096> events;
        for (ssize_t length; (length = read(queue_, events.data(), events.size())) > 0;) {
            const std::lock_guard lock(mutex_);
            for (ssize_t at = 0; at < length;) {
                const auto &event = *reinterpret_cast<const inotify_event *>(events.data() + at);
                told |= (event.mask & IN_Q_OVERFLOW) != 0 || (event.len > 0 && names_.contains(event.name));
                at += static_cast<ssize_t>(sizeof event + event.len);
            }
        }
        return told;
    }

private:
    const int queue_ = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    std::mutex mutex_;
    std::set<std::string, std::less<>> names_;
    std::set<std::string> directories_;
};

FileWatch &file_watch() {
    static auto *const only = new FileWatch; // threads ask to the very end
    return *only;
}

void notice(py::borrowed, const py::text &path) { file_watch().of(std::string(path.view())); }

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

/// Runs `step` attached. Exceptions are logged; gives the entry, or nothing.
template <class Step> std::string or_report(State &state, const char *what, server_rec *s, Step step) {
    const py::attached here(state.interpreter);
    try {
        step();
        return {};
    } catch (const py::error &) {
        return report(s, code::reload_failed, {"PyHookReload", state.interpreter.name().c_str()}, what,
                      py::take_exception().get());
    }
}

/// A Python function of a path: from now on the kernel reports edits to the file that is, or will be, there. Some file
/// systems report nothing, and nothing is reported once another directory takes the place of the watched one.
py::ref notice_function() {
    static PyMethodDef method = py::method<&notice, "notice(path)", "Have the kernel tell of edits to this file.">();
    return py::check(PyCFunction_New(&method, nullptr));
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

double newest_file() { return py::from_python<double>(py::call(function("newest"))); }

std::string problem_of_compiling(State &state, server_rec *s) {
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

bool take_notice() noexcept { return file_watch().take(); }

} // namespace pyhook
