// compiled/compiled_native.cpp: the handler of compiled_python.py as an extension module in C++, by the templates of
// py/.

#include "py/bind.h"
#include "py/version.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "py/poison.h"

namespace {

long longest_below(long limit) noexcept {
    long longest = 0;
    for (long start = 1; start < limit; ++start) {
        long length = 0;
        for (long number = start; number != 1; ++length)
            number = number % 2 != 0 ? 3 * number + 1 : number / 2;
        longest = std::max(longest, length);
    }
    return longest;
}

long limit_of(py::borrowed request) {
    const py::ref args = py::attribute(request, "args");
    if (args.get() == Py_None)
        return 400;
    return py::from_python<long>(py::check(PyLong_FromUnicodeObject(args.get(), 10)));
}

py::ref chain(py::borrowed, py::ref request) {
    return py::to_python(std::string_view(std::to_string(longest_below(limit_of(request))) + "\n"));
}

PyMethodDef functions[] = {
    py::method<&chain, "chain(req)", "Answer with the length of the longest Collatz chain below the query.">(),
    {},
};

PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "compiled_native", "A handler in C++.", 0, functions, nullptr, nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_compiled_native() {
    static PyModuleDef_Slot slots[std::size(py::version::module_slots_end)];
    std::copy(std::begin(py::version::module_slots_end), std::end(py::version::module_slots_end), slots);
    definition.m_slots = slots;
    return PyModuleDef_Init(&definition);
}
