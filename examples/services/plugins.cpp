#include "plugins.h"

#include "py/bind.h"

#include <algorithm>
#include <cctype>
#include <iostream>
#include <unistd.h>
#include <utility>

#include "py/poison.h"

namespace services {

namespace {

constinit thread_local Plugin *current_plugin = nullptr;

/// While code of a plug-in runs on this thread.
class running {
public:
    explicit running(Plugin &plugin) noexcept : outer_(std::exchange(current_plugin, &plugin)) {}
    running(const running &) = delete;
    running &operator=(const running &) = delete;
    ~running() { current_plugin = outer_; }

private:
    Plugin *outer_;
};

/// Runs what may fail as code of a plug-in does, SystemExit included. False after a report. A process that a plug-in
/// forks must not go on with our clients' sockets.
template <class Step> bool attempt(const Plugin &plugin, const char *what, Step step) noexcept {
    const int failed = py::guarded(1, [&] {
        step();
        return 0;
    });
    if (py::forked())
        _exit(failed);
    if (failed != 0)
        report(plugin.name, what);
    return failed == 0;
}

bool is_module_name(std::string_view name) {
    return !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0 &&
           std::all_of(name.begin(), name.end(),
                       [](unsigned char byte) { return byte == '_' || std::isalnum(byte) != 0; });
}

/// Keys of sys.modules are whatever a plug-in has put there: none is encoded or compared by code of its own.
bool is_of_plugin(PyObject *key, const std::string &name) {
    if (PyUnicode_CheckExact(key) == 0)
        return false;
    if (PyUnicode_CompareWithASCIIString(key, name.c_str()) == 0)
        return true;
    return PyUnicode_Tailmatch(key, py::to_python(name + ".").get(), 0, PY_SSIZE_T_MAX, -1) == 1;
}

/// Takes the plug-in and its submodules out of sys.modules, so that the next import reads their files, and keeps them.
py::ref forget_modules(const std::string &name) {
    const py::borrowed all = PyImport_GetModuleDict(); // not sys.modules, which a plug-in may have replaced
    py::ref taken = py::check(PyDict_New());
    const py::ref names = py::check(PyDict_Keys(all));
    for (Py_ssize_t index = 0; index < PyList_Size(names.get()); ++index) {
        PyObject *each = PyList_GetItem(names.get(), index);
        if (!is_of_plugin(each, name))
            continue;
        py::check(PyDict_SetItem(taken.get(), each, py::check(PyObject_GetItem(all, each)).get()));
        py::check(PyDict_DelItem(all, each));
    }
    return taken;
}

void put_back_modules(py::borrowed taken) { py::check(PyDict_Update(PyImport_GetModuleDict(), taken)); }

py::ref import_afresh(const std::string &name) {
    py::call(py::attribute(py::import("importlib"), "invalidate_caches")); // a file of this very second is seen, too
    return py::import(name.c_str());
}

/// The handle of this nick in a list of services.
std::optional<Handle> handle_in(const std::vector<Service> &services, std::string_view nick) {
    for (const Service &each : services)
        if (each.nick == nick)
            return each.handle;
    return std::nullopt;
}

} // namespace

void report(const std::string &plugin, const char *what) noexcept {
    std::string entry = "plug-in " + plugin + ": " + what + "\n";
    for (const std::string &line : py::describe(py::take_exception()))
        entry += "    " + line + "\n";
    std::cerr << entry << std::flush;
}

Plugin *Plugins::current() noexcept { return current_plugin; }

Plugins::Shared Plugins::find(const std::string &name) const {
    const std::lock_guard lock(mutex_);
    const auto found =
        std::find_if(plugins_.begin(), plugins_.end(), [&](const Shared &each) { return each->name == name; });
    return found == plugins_.end() ? nullptr : *found;
}

std::string Plugins::load(const std::string &name) {
    if (find(name))
        return name + " is loaded: reload it";
    return replace(name, nullptr);
}

std::string Plugins::reload(const std::string &name) {
    const py::attached here(interpreter_);
    const Shared old = find(name);
    if (!old)
        return name + " is not loaded";
    return replace(name, old);
}

/// The new one is started beside the old one, which has its nicks until then.
std::string Plugins::replace(const std::string &name, const Shared &old) {
    const py::attached here(interpreter_);
    if (!is_module_name(name))
        return name + " can't be the name of a module";
    auto made = std::make_shared<Plugin>();
    made->name = name;
    py::ref before;
    if (!attempt(*made, "can't be loaded", [&] { before = forget_modules(name); }))
        return name + " was not loaded";
    if (!old && PyDict_Size(before.get()) > 0) {
        py::or_unraisable([&] { put_back_modules(before); });
        return name + " is the name of a module that Python brings";
    }
    made->predecessor = old.get();
    const bool started = start(*made);
    made->predecessor = nullptr;
    if (!started) {
        end(*made, old.get());
        py::or_unraisable([&] { forget_modules(name), put_back_modules(before); });
        return name + (old ? " was not reloaded, and goes on as it was" : " was not loaded");
    }
    {
        const std::lock_guard lock(mutex_);
        std::erase(plugins_, old);
        plugins_.push_back(made);
    }
    attempt(*made, "the end of its old modules failed", [&] { before = {}; });
    if (old)
        end(*old, made.get());
    const std::lock_guard lock(mutex_);
    return name + (old ? " was reloaded: " : " was loaded: ") + made->comment;
}

bool Plugins::start(Plugin &plugin) {
    const running here(plugin);
    return attempt(plugin, "can't be loaded", [&] { plugin.module = import_afresh(plugin.name); }) &&
           attempt(plugin, "inicio() failed", [&] { py::call(py::attribute(plugin.module, "inicio")); });
}

/// Its nicks go, but for those that its successor has, and then all that it holds.
void Plugins::end(Plugin &plugin, const Plugin *successor) {
    const running here(plugin);
    if (const py::ref fin = std::move(plugin.at_end)) // it may set another, which is not called
        attempt(plugin, "fin() failed", [&] { py::call(fin); });
    std::vector<Service> gone;
    {
        const std::lock_guard lock(mutex_);
        plugin.has_ended = true;
        gone.swap(plugin.services);
    }
    for (const Service &each : gone) {
        const auto has_it = [&](const Service &other) { return other.handle == each.handle; };
        if (successor == nullptr || std::none_of(successor->services.begin(), successor->services.end(), has_it))
            chat_.leave(each.handle);
    }
    attempt(plugin, "the end of its objects failed", [&] {
        plugin.module = {};
        plugin.at_end = {};
        gone.clear();
        PyGC_Collect(); // functions and their module hold each other
    });
}

std::string Plugins::unload(const std::string &name) {
    const py::attached here(interpreter_);
    const Shared plugin = find(name);
    if (!plugin)
        return name + " is not loaded";
    {
        const std::lock_guard lock(mutex_);
        std::erase(plugins_, plugin);
    }
    attempt(*plugin, "is still imported", [&] { forget_modules(name); });
    end(*plugin, nullptr);
    return name + " was unloaded";
}

void Plugins::unload_all() {
    for (const std::string &line : list())
        unload(line.substr(0, line.find(':')));
}

std::vector<std::string> Plugins::list() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> lines;
    for (const Shared &each : plugins_)
        lines.push_back(each->name + ": " + each->comment);
    return lines;
}

void Plugins::describe(Plugin &plugin, std::string_view comment) {
    const std::lock_guard lock(mutex_);
    plugin.comment = comment;
}

Handle Plugins::register_service(Plugin &plugin, Service service) {
    const std::lock_guard lock(mutex_);
    if (plugin.has_ended)
        py::raise(PyExc_RuntimeError, "the plug-in %s has ended", plugin.name.c_str());
    std::optional<Handle> handle = chat_.join(service.nick);
    if (!handle && plugin.predecessor != nullptr && !handle_in(plugin.services, service.nick))
        handle = handle_in(plugin.predecessor->services, service.nick);
    if (!handle)
        py::raise(PyExc_ValueError, "somebody has the nick %s", service.nick.c_str());
    service.handle = *handle;
    plugin.services.push_back(std::move(service));
    return *handle;
}

void Plugins::deliver(Handle service, Handle sender, std::string_view text) {
    const py::attached here(interpreter_);
    Shared plugin; // stays for the length of the call, also when it is unloaded meanwhile
    py::ref callback;
    {
        const std::lock_guard lock(mutex_);
        for (const Shared &each : plugins_)
            for (const Service &known : each->services)
                if (known.handle == service) {
                    plugin = each;
                    callback = known.callback.copy();
                }
    }
    if (!plugin)
        return;
    const running on(*plugin);
    attempt(*plugin, "a callback failed",
            [&] { py::call(callback, py::to_python(service), py::to_python(sender), py::to_python(text)); });
}

} // namespace services
