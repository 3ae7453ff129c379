#include "sample.h"

#include "py/bind.h"
#include "py/version.h"

#include <iterator>

namespace test {

namespace {

struct Sample : PyObject {
    long number;
    bool broken;

    void check_usable() const {
        if (broken)
            py::raise(PyExc_RuntimeError, "this sample is broken");
    }
    void drop() noexcept {}

    long get_number() const { return number; }
    void set_number(long value) { number = value; }
    int narrow(int value) const { return value; }
    py::ref join(py::text first, std::optional<py::text> second, std::optional<long> times) const {
        std::string made(first.view());
        for (long time = times.value_or(1); second && time > 0; --time)
            made += second->view();
        return py::to_python(std::string_view(made));
    }
    void nothing() {}
    void break_it() { broken = true; }
    void out_of_memory() { throw std::bad_alloc(); }
    void standard_exception() { throw std::runtime_error("of the standard library"); }
    double half(double value) const { return value / 2; }
    bool negate(bool value) const { return !value; }
};

struct State {
    long count;
    PyTypeObject *sample;
};

State &state_of(py::borrowed module) { return *static_cast<State *>(PyModule_GetState(module)); }

long count(py::borrowed module) { return ++state_of(module).count; }

py::ref make(py::borrowed module, std::optional<long> number) {
    auto *made = py::make<Sample>(state_of(module).sample);
    made->number = number.value_or(7);
    return py::ref::steal(made);
}

PyMethodDef methods[] = {
    py::method<&Sample::narrow, "narrow(value)", "An int of 32 bits.">(),
    py::method<&Sample::join, "join(first, second=None, times=1)", "Text after text.">(),
    py::method<&Sample::nothing, "nothing()", "Nothing.">(),
    py::method<&Sample::break_it, "break_it()", "From now on every use is refused.">(),
    py::method<&Sample::out_of_memory, "out_of_memory()", "Throws bad_alloc.">(),
    py::method<&Sample::standard_exception, "standard_exception()", "Throws runtime_error.">(),
    py::method<&Sample::half, "half(value)", "Half of it.">(),
    py::method<&Sample::negate, "negate(value)", "The opposite.">(),
    {},
};

PyGetSetDef properties[] = {
    py::property<&Sample::get_number, &Sample::set_number>("number", "A number. Writable."),
    py::property<&Sample::get_number>("fixed", "The same, read-only."),
    {},
};

PyType_Slot slots[] = {
    py::slot(Py_tp_dealloc, &py::deallocate<Sample>),
    py::slot(Py_tp_methods, methods),
    py::slot(Py_tp_getset, properties),
    {},
};

PyType_Spec spec = {"sample.Sample", sizeof(Sample), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};

PyMethodDef functions[] = {
    py::method<&count, "count()", "One more each time, per interpreter.">(),
    py::method<&make, "make(number=7)", "A sample.">(),
    {},
};

int execute(PyObject *module) noexcept {
    return py::guarded(-1, [&] {
        state_of(module).sample = py::add_type(module, spec);
        return 0;
    });
}

PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "sample", "", sizeof(State), functions, nullptr, nullptr, nullptr, nullptr};

PyObject *initialise() noexcept {
    static PyModuleDef_Slot module_slots[1 + std::size(py::version::module_slots_end)];
    module_slots[0] = {Py_mod_exec, reinterpret_cast<void *>(&execute)};
    std::copy(std::begin(py::version::module_slots_end), std::end(py::version::module_slots_end), module_slots + 1);
    definition.m_slots = module_slots;
    return PyModuleDef_Init(&definition);
}

} // namespace

void offer_sample() { PyImport_AppendInittab("sample", &initialise); }

} // namespace test
