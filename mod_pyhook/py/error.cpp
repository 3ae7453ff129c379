#include "py/error.h"

#include "py/version.h"

#include <cstdarg>
#include <sstream>

namespace py {

namespace {

std::vector<std::string> lines_of(borrowed text) {
    Py_ssize_t size = 0;
    ref encoded = check(PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace"));
    char *bytes = nullptr;
    check(PyBytes_AsStringAndSize(encoded.get(), &bytes, &size));
    std::istringstream stream(std::string(bytes, static_cast<std::size_t>(size)));
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);)
        lines.push_back(std::move(line));
    return lines;
}

/// How much of a chain of exceptions is shown.
constexpr std::size_t longest_chain = 16;

/// The cause of `exception`, or the exception that was being handled when it was raised; null if there is none to show.
ref earlier(borrowed exception) {
    ref cause = ref::steal(PyException_GetCause(exception));
    if (cause)
        return cause;
    const ref suppressed = check(PyObject_GetAttrString(exception, "__suppress_context__"));
    return suppressed.get() == Py_True ? ref() : ref::steal(PyException_GetContext(exception));
}

bool is_chain_too_long(borrowed exception) {
    ref at = ref::share(exception);
    for (std::size_t length = 1; at; ++length) {
        if (length > longest_chain)
            return true;
        at = earlier(at);
    }
    return false;
}

bool is_machinery(const std::string &line) {
    return line.starts_with("  File \"<frozen importlib.") ||
           line.find("/pyhook/loading.py\", line ") != std::string::npos;
}

/// Leaves out the import machinery, whose lines come between the line that imports and the line that fails. Python
/// itself leaves them out after an import statement.
std::vector<std::string> without_machinery(std::vector<std::string> lines) {
    bool inside = false;
    std::erase_if(lines, [&](const std::string &line) {
        inside = line.starts_with("  File \"") ? is_machinery(line) : inside && line.starts_with("    ");
        return inside;
    });
    if (lines.size() > 1 && lines[0].starts_with("Traceback ") && !lines[1].starts_with("  "))
        lines.erase(lines.begin());
    return lines;
}

std::vector<std::string> format(borrowed exception) {
    const ref traceback = check(PyImport_ImportModule("traceback"));
    const ref stack = check(PyObject_GetAttrString(exception, "__traceback__"));
    const bool alone = is_chain_too_long(exception);
    ref parts = check(PyObject_CallMethod(
        traceback.get(), "format_exception", "OOOOO", reinterpret_cast<PyObject *>(Py_TYPE(exception)),
        static_cast<PyObject *>(exception), stack.get(), Py_None, alone ? Py_False : Py_True));
    ref empty = check(PyUnicode_FromString(""));
    std::vector<std::string> lines = without_machinery(lines_of(check(PyUnicode_Join(empty.get(), parts.get()))));
    if (alone)
        lines.insert(lines.begin(), "(the last of more than " + std::to_string(longest_chain) + " chained exceptions)");
    return lines;
}

/// Formats the exception if `traceback` itself can't be imported.
std::vector<std::string> format_briefly(borrowed exception) {
    std::vector<std::string> lines = lines_of(check(PyObject_Str(exception)));
    const std::string type = Py_TYPE(exception)->tp_name;
    if (lines.empty())
        return {type};
    lines.front() = type + ": " + lines.front();
    return lines;
}

} // namespace

void raise(borrowed type, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    PyErr_FormatV(type, format, arguments);
    va_end(arguments);
    throw error();
}

void raise_showing(borrowed type, const char *text, borrowed shown) {
    PyErr_Format(type, "%s %R", text, static_cast<PyObject *>(shown));
    throw error();
}

bool pending(borrowed type) noexcept { return PyErr_ExceptionMatches(type) != 0; }

ref take_exception() noexcept { return ref::steal(version::take_raised()); }

void restore(ref exception) noexcept { version::put_raised(exception.release()); }

int exit_status() noexcept {
    const ref exception = take_exception();
    const ref wanted = ref::steal(PyObject_GetAttrString(exception.get(), "code"));
    if (!wanted || wanted.get() == Py_None)
        return wanted ? 0 : 1;
    return PyLong_Check(wanted.get()) != 0 ? static_cast<int>(PyLong_AsLong(wanted.get())) : 1;
}

void write_unraisable(maybe context) noexcept { PyErr_WriteUnraisable(context.get()); }

std::vector<std::string> describe(borrowed exception) noexcept {
    for (const auto way : {&format, &format_briefly}) {
        try {
            return way(exception);
        } catch (const error &) {
            PyErr_Clear();
        } catch (const std::exception &) { // no memory: the bare type name below is used
        }
    }
    return {Py_TYPE(exception)->tp_name};
}

} // namespace py
