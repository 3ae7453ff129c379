#include "loops/coroutine.h"

#include "py/attach.h"

#include "apache/framing.h"
#include "apache/response.h"

#include "loops/loop.h"

#include "py/poison.h"

namespace pyhook {

namespace {

/// What an interpreter keeps for its coroutines.
struct Coroutines {
    PyTypeObject *exchange = HandlerExchange::make_type();
};

bool is_coroutine_function(py::borrowed callable) noexcept {
    PyObject *function = callable;
    if (PyMethod_Check(function))
        function = PyMethod_GET_FUNCTION(function);
    if (!PyFunction_Check(function))
        return false;
    const auto *code = reinterpret_cast<const PyCodeObject *>(PyFunction_GET_CODE(function));
    return (code->co_flags & (CO_COROUTINE | CO_ASYNC_GENERATOR)) != 0;
}

} // namespace

apr_status_t HandlerExchange::send() noexcept {
    apache::keep_framing(record());
    const apr_status_t status = apache::pass(record(), bytes(), apache::Then::flush);
    return status == APR_SUCCESS && connection()->aborted != 0 ? APR_ECONNABORTED : status;
}

ExchangeObject *HandlerExchange::make_object() {
    return py::make<ExchangeObject>(loop().state().kept<Coroutines>().exchange);
}

py::ref HandlerExchange::begin_task(ExchangeObject *object) {
    const py::ref target = make_target();
    return py::call(loop().begin(), object, target);
}

PyTypeObject *HandlerExchange::make_type() {
    static auto *methods = py::joined({ExchangeObject::methods()});
    PyType_Slot slots[] = {
        py::slot(Py_tp_dealloc, &py::deallocate<ExchangeObject>),
        py::slot(Py_tp_methods, methods),
        {Py_tp_doc, const_cast<char *>("A request that an event loop answers.")},
        {},
    };
    PyType_Spec spec = {"pyhook.loops.Exchange", sizeof(ExchangeObject), 0,
                        Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
    return py::make_type(spec);
}

bool is_asynchronous(py::borrowed result) noexcept {
    const PyAsyncMethods *methods = Py_TYPE(static_cast<PyObject *>(result))->tp_as_async;
    return methods != nullptr && (methods->am_await != nullptr || methods->am_anext != nullptr);
}

void let_loop_call(State &state, const Target &target, py::borrowed callable) noexcept {
    if (!is_coroutine_function(callable) || target.id >= state.called_by_loop.size() || !Loop::runs(state))
        return;
    state.called_by_loop[target.id].store(true, std::memory_order_release);
    state.has_called_by_loop.store(true, std::memory_order_release);
}

bool is_called_by_loop(const State &state, const Target &target) noexcept {
    return target.id < state.called_by_loop.size() && state.called_by_loop[target.id].load(std::memory_order_acquire) &&
           Custody::here() == nullptr && Loop::runs(state);
}

} // namespace pyhook
