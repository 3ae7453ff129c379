#include "py/other_thread.h"

#include "py/bind.h"
#include "py/version.h"

#include <algorithm>

namespace py {

namespace {

/// In this scope, memory can be allocated without running finalisers. They could make this thread give way.
class without_collection {
public:
    without_collection() noexcept : was_on_(PyGC_Disable() != 0) {}
    without_collection(const without_collection &) = delete;
    without_collection &operator=(const without_collection &) = delete;
    ~without_collection() {
        if (was_on_)
            PyGC_Enable();
    }

private:
    bool was_on_;
};

std::vector<std::string> format_stack(borrowed frame) {
    const ref parts =
        check(PyObject_CallMethod(import("traceback").get(), "format_stack", "O", static_cast<PyObject *>(frame)));
    std::vector<std::string> lines;
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(parts.get()); ++at) {
        std::string part(text(PyList_GET_ITEM(parts.get(), at)).view());
        while (part.ends_with('\n'))
            part.pop_back();
        lines.push_back(std::move(part));
    }
    return lines;
}

/// The name of the module whose code a frame runs; empty if it has none.
std::string module_of(borrowed frame) {
    const ref names = check(PyFrame_GetGlobals(reinterpret_cast<PyFrameObject *>(static_cast<PyObject *>(frame))));
    const maybe name = PyDict_GetItemString(names.get(), "__name__");
    return name && PyUnicode_Check(name.get()) ? std::string(text(*name).view()) : std::string();
}

ref caller_of(borrowed frame) {
    return ref::steal(reinterpret_cast<PyObject *>(
        PyFrame_GetBack(reinterpret_cast<PyFrameObject *>(static_cast<PyObject *>(frame)))));
}

std::string package_of(const std::string &module) { return module.substr(0, module.find('.')); }

/// Before `importlib` is imported in an interpreter, its own parts have the names of frozen modules.
bool is_import_machinery(std::string_view module) {
    return module.starts_with("importlib._bootstrap") || module.starts_with("_frozen_importlib");
}

/// True if an exception in what this module calls may leave its locks held, or its records half changed.
bool is_delicate(const std::string &module) {
    const std::string package = package_of(module);
    return package == "pyhook" || package == "mod_python" || package == "logging" || package == "threading" ||
           is_import_machinery(module);
}

/// The characters of a str, read without the GIL. Those that are not ASCII become question marks.
std::string ascii(PyObject *text) {
    std::string letters;
    for (Py_ssize_t at = 0; PyUnicode_Check(text) != 0 && at < PyUnicode_GET_LENGTH(text); ++at) {
        const Py_UCS4 letter = PyUnicode_READ_CHAR(text, at);
        letters += letter < 0x80 ? static_cast<char>(letter) : '?';
    }
    return letters;
}

} // namespace

OtherThread OtherThread::here() noexcept {
    OtherThread self;
    self.state_ = PyThreadState_Get();
    self.current_ = &Interpreter::current_of_this_thread();
    return self;
}

/// Without a GIL the thread may be running: CPython then stops all threads for a moment.
ref OtherThread::frame() const {
    if constexpr (version::has_gil) {
        const without_collection here;
        return ref::steal(reinterpret_cast<PyObject *>(PyThreadState_GetFrame(state_)));
    } else {
        const ref frames = call(attribute(import("sys"), "_current_frames"));
        const ref id = check(PyLong_FromUnsignedLong(state_->thread_id));
        PyObject *found = PyDict_GetItem(frames.get(), id.get());
        return found == nullptr ? ref() : ref::share(found);
    }
}

std::vector<std::string> OtherThread::stack() const noexcept {
    try {
        const ref innermost = frame();
        return innermost ? format_stack(innermost) : std::vector<std::string>();
    } catch (const error &) {
        PyErr_Clear();
    } catch (const std::bad_alloc &) { // the report says the rest
    }
    return {};
}

std::vector<std::string> OtherThread::brief_stack() const noexcept {
    std::vector<std::string> lines;
    try {
        for (ref at = frame(); at;) {
            auto *frame = reinterpret_cast<PyFrameObject *>(at.get());
            const ref code = ref::steal(reinterpret_cast<PyObject *>(PyFrame_GetCode(frame)));
            const auto *parts = reinterpret_cast<PyCodeObject *>(code.get());
            lines.push_back(std::string(text(parts->co_qualname).view()) + " (" +
                            std::string(text(parts->co_filename).view()) + ":" +
                            std::to_string(PyFrame_GetLineNumber(frame)) + ")");
            at = caller_of(at);
        }
    } catch (const error &) {
        PyErr_Clear();
    } catch (const std::bad_alloc &) { // a sample is lost
    }
    std::reverse(lines.begin(), lines.end());
    return lines;
}

std::string OtherThread::module() const noexcept {
    try {
        const ref innermost = frame();
        return innermost ? module_of(innermost) : std::string();
    } catch (const error &) {
        PyErr_Clear();
    } catch (const std::bad_alloc &) {
    }
    return {};
}

bool OtherThread::runs_own_code() const noexcept {
    const std::string name = module();
    return package_of(name) == "pyhook" || is_import_machinery(name);
}

bool OtherThread::is_amid_delicate_code() const noexcept {
    try {
        const ref standard = attribute(import("sys"), "stdlib_module_names");
        for (ref at = frame(); at; at = caller_of(at)) {
            const std::string name = module_of(at);
            if (is_delicate(name))
                return true;
            if (check(PySequence_Contains(standard.get(), to_python(std::string_view(package_of(name))).get())) == 0)
                return false;
        }
    } catch (const error &) {
        PyErr_Clear();
    } catch (const std::bad_alloc &) {
    }
    return false;
}

void OtherThread::interrupt(borrowed type) const noexcept { PyThreadState_SetAsyncExc(state_->thread_id, type); }

void OtherThread::forget_interrupt() const noexcept { PyThreadState_SetAsyncExc(state_->thread_id, nullptr); }

std::vector<std::string> stack_without_gil(const Interpreter::Holder &holder) {
    std::vector<std::string> lines;
    const auto add = [](void *to, PyObject *file, PyObject *function, int line) {
        static_cast<std::vector<std::string> *>(to)->push_back("  File \"" + ascii(file) + "\", line " +
                                                               std::to_string(line) + ", in " + ascii(function));
    };
    if (holder.state != nullptr)
        version::pyhook_each_frame(holder.state, add, &lines);
    std::reverse(lines.begin(), lines.end());
    return lines;
}

} // namespace py
