#include "py/bind.h"

namespace py {

namespace {

/// The name at `index` of "size=-1, hint=None"; empty past the end.
std::string_view parameter(std::string_view parameters, std::size_t index) {
    for (; index > 0 && !parameters.empty(); --index) {
        const std::size_t comma = parameters.find(", ");
        parameters = comma == std::string_view::npos ? std::string_view() : parameters.substr(comma + 2);
    }
    return parameters.substr(0, parameters.find_first_of("=,"));
}

std::size_t slot_of(const char *name, std::string_view parameters, std::size_t slots, borrowed keyword) {
    const text wanted(keyword);
    for (std::size_t index = 0; index < slots; ++index)
        if (parameter(parameters, index) == wanted.view())
            return index;
    raise(PyExc_TypeError, "%s() got an unexpected keyword argument '%s'", name, wanted.view().data());
}

} // namespace

void detail::sort_arguments(const char *name,
                            std::string_view parameters,
                            std::span<PyObject *> slots,
                            PyObject *const *given,
                            Py_ssize_t count,
                            maybe keywords) {
    if (count > static_cast<Py_ssize_t>(slots.size()))
        raise(PyExc_TypeError, "%s() takes at most %zu arguments (%zd given)", name, slots.size(), count);
    std::copy_n(given, count, slots.begin());
    const Py_ssize_t named = keywords ? PyTuple_GET_SIZE(keywords.get()) : 0;
    for (Py_ssize_t index = 0; index < named; ++index) {
        borrowed keyword = PyTuple_GET_ITEM(keywords.get(), index);
        PyObject *&slot = slots[slot_of(name, parameters, slots.size(), keyword)];
        if (slot != nullptr)
            raise(PyExc_TypeError, "%s() got two values for '%s'", name, text(keyword).view().data());
        slot = given[count + index];
    }
}

void detail::raise_missing(const char *name, std::size_t index) {
    raise(PyExc_TypeError, "%s() misses argument %zu", name, index + 1);
}

PyTypeObject *add_type(borrowed module, PyType_Spec &spec) {
    ref type = check(PyType_FromModuleAndSpec(module, &spec, nullptr));
    auto *object = reinterpret_cast<PyTypeObject *>(type.get());
    check(PyModule_AddType(static_cast<PyObject *>(module), object));
    return reinterpret_cast<PyTypeObject *>(type.release());
}

PyTypeObject *make_type(PyType_Spec &spec) {
    return reinterpret_cast<PyTypeObject *>(check(PyType_FromSpec(&spec)).release());
}

} // namespace py
