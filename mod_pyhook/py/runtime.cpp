#include "py/runtime.h"

#include "py/attach.h"
#include "py/bind.h"
#include "py/version.h"

#include <algorithm>
#include <csignal>

namespace py {

namespace {

struct Config : PyConfig {
    Config() { PyConfig_InitIsolatedConfig(this); }
    Config(const Config &) = delete;
    Config &operator=(const Config &) = delete;
    ~Config() { PyConfig_Clear(this); }
};

void require(const PyStatus &status) {
    if (PyStatus_Exception(status) != 0)
        throw start_error(status.err_msg != nullptr ? status.err_msg : "unknown reason");
}

/// Fails if the library was replaced by one whose internals mod_pyhook does not know.
void require_library(bool fits) {
    if (!fits)
        throw start_error("mod_pyhook was built for Python " PY_VERSION ", but the libpython that is loaded is " +
                          std::string(Py_GetVersion()) + ": build mod_pyhook for that one");
}

void put_on_path(const std::vector<std::string> &directories) {
    const maybe path = PySys_GetObject("path");
    if (!path || !PyList_Check(path.get()))
        raise(PyExc_TypeError, "sys.path is no list any more: a .pth file or sitecustomize has replaced it");
    Py_ssize_t at = 0;
    for (const std::string &directory : directories)
        check(PyList_Insert(path.get(), at++, to_python(std::string_view(directory)).get()));
}

/// `import signal` in the main interpreter installs a SIGINT handler even if Python was told not to, unless the signal
/// is ignored. So it is ignored during the import: httpd's handler stays, and Python (asyncio for example) knows that
/// it has none.
void import_signal() {
    struct sigaction httpd {};
    struct sigaction ignored {};
    ignored.sa_handler = SIG_IGN;
    sigaction(SIGINT, &ignored, &httpd);
    import("signal");
    sigaction(SIGINT, &httpd, nullptr);
}

} // namespace

Runtime::Runtime(const Settings &settings, Prepare prepare) : prepare_(std::move(prepare)), settings_(settings) {
    start(settings);
    adopt(enlist(std::unique_ptr<Interpreter>(new Interpreter("main", &gate_, false))), PyThreadState_Get());
    gate_.add(main().interpreter_);
    recognise_forks();
    const attached here(main());
    or_start_error("the signal module can't be imported", [] { import_signal(); });
    make_ready(main(), settings.path);
}

void Runtime::start(const Settings &settings) {
    if (Py_IsInitialized() != 0)
        throw start_error("another module of the server has started it in this process already: take the LoadModule "
                          "line of one of the two away");
    require_library(version::is_this_release());
    PyPreConfig before;
    PyPreConfig_InitIsolatedConfig(&before);
    before.utf8_mode = 1;
    require(Py_PreInitialize(&before));
    Config config;
    config.install_signal_handlers = 0;
    config.parse_argv = 0;
    config.buffered_stdio = 0;
    config.pathconfig_warnings = 0;
    config.write_bytecode = 0;
    config.site_import = 1;
    require(PyConfig_SetBytesString(&config, &config.program_name, settings.executable.c_str()));
    require(Py_InitializeFromConfig(&config));
    require_library(version::internals_fit(PyThreadState_Get()));
}

/// Keeps the thread state that CPython made for this thread together with the interpreter, and detaches from it.
void Runtime::adopt(Interpreter &interpreter, PyThreadState *state) {
    interpreter.interpreter_ = PyThreadState_GetInterpreter(state);
    version::number_threads(state);
    interpreter.keep(state);
    PyEval_SaveThread();
}

/// Reuses the place of an interpreter that has ended.
Interpreter &Runtime::enlist(std::unique_ptr<Interpreter> made) {
    const std::lock_guard lock(changing_);
    const auto place = std::find(interpreters_.begin(), interpreters_.end(), nullptr);
    made->serial_ = static_cast<unsigned>(place - interpreters_.begin());
    Interpreter &added = *made;
    if (place == interpreters_.end())
        interpreters_.push_back(std::move(made));
    else
        *place = std::move(made);
    return added;
}

void Runtime::strike(const Interpreter &ended) noexcept {
    const std::lock_guard lock(changing_);
    interpreters_[ended.serial_].reset();
}

Interpreter &Runtime::add(const InterpreterSettings &settings) {
    auto own_gate = settings.own_gil ? std::make_unique<Gate>() : nullptr;
    std::unique_ptr<Interpreter> made(
        new Interpreter(settings.name, own_gate ? own_gate.get() : &gate_, settings.replaceable));
    made->own_gate_ = std::move(own_gate);
    Interpreter &added = enlist(std::move(made));
    try {
        create(added, settings);
    } catch (const start_error &) {
        strike(added);
        throw;
    }
    const attached here(added);
    or_start_error("the site module can't be imported", [] { import_site(); });
    or_start_error("its sys.path can't be set", [&] { put_on_path(settings_.path); });
    make_ready(added, settings.path);
    return added;
}

void Runtime::make_ready(Interpreter &made, const std::vector<std::string> &path) {
    or_start_error("its sys.path can't be set", [&] { put_on_path(path); });
    prepare_(made);
    made.ready_ = true;
}

/// CPython makes an interpreter from the attached one, and leaves the new one attached.
void Runtime::create(Interpreter &made, const InterpreterSettings &settings) {
    const attached here(main());
    PyThreadState *outer = PyThreadState_Get();
    const inherited start(settings.environment);
    const char *why = nullptr;
    PyThreadState *state = version::new_interpreter(settings.own_gil, &why);
    if (state == nullptr)
        throw start_error(why);
    adopt(made, state);
    made.gate_->add(made.interpreter_);
    PyEval_RestoreThread(outer);
    version::bind_gilstate(outer);
}

} // namespace py
