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

} // namespace

bool HandlerExchange::run() {
    check_may_wait();
    return py::while_detached([this] { return serve(); });
}

apr_status_t HandlerExchange::send() noexcept {
    apache::keep_framing(record());
    const apr_status_t status = apache::pass(record(), bytes(), apache::Then::flush);
    return status == APR_SUCCESS && connection()->aborted != 0 ? APR_ECONNABORTED : status;
}

ExchangeObject *HandlerExchange::make_object() {
    return py::make<ExchangeObject>(loop().state().kept<Coroutines>().exchange);
}

py::ref HandlerExchange::begin_task(ExchangeObject *object) {
    const py::ref target = std::move(target_);
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

} // namespace pyhook
