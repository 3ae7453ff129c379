#include "types/worker.h"

#include "types/field.h"

#include "py/poison.h"

namespace pyhook {

namespace {

struct Flag {
    unsigned bit;
    char letter;
};

/// The letters that mod_proxy's directives and its manager page use.
constexpr Flag flags[] = {
    {PROXY_WORKER_INITIALIZED, PROXY_WORKER_INITIALIZED_FLAG},
    {PROXY_WORKER_IGNORE_ERRORS, PROXY_WORKER_IGNORE_ERRORS_FLAG},
    {PROXY_WORKER_DRAIN, PROXY_WORKER_DRAIN_FLAG},
    {PROXY_WORKER_DISABLED, PROXY_WORKER_DISABLED_FLAG},
    {PROXY_WORKER_STOPPED, PROXY_WORKER_STOPPED_FLAG},
    {PROXY_WORKER_IN_ERROR, PROXY_WORKER_IN_ERROR_FLAG},
    {PROXY_WORKER_HOT_STANDBY, PROXY_WORKER_HOT_STANDBY_FLAG},
    {PROXY_WORKER_HOT_SPARE, PROXY_WORKER_HOT_SPARE_FLAG},
    {PROXY_WORKER_HC_FAIL, PROXY_WORKER_HC_FAIL_FLAG},
};

const char *text_or_null(const char *text) { return *text == '\0' ? nullptr : text; }

} // namespace

py::ref Worker::show(State &state, proxy_worker *worker) {
    auto *view = py::make<Worker>(state.worker);
    view->state = &state;
    view->worker = worker;
    return py::ref::steal(view);
}

proxy_worker *Worker::shown_by(const State &state, py::borrowed object) noexcept {
    if (Py_TYPE(static_cast<PyObject *>(object)) != state.worker)
        return nullptr;
    return static_cast<Worker *>(static_cast<PyObject *>(object))->worker;
}

const char *Worker::name() const { return *record()->name_ex != '\0' ? record()->name_ex : record()->name; }
const char *Worker::hostname() const {
    return *record()->hostname_ex != '\0' ? record()->hostname_ex : record()->hostname;
}
const char *Worker::route() const { return text_or_null(record()->route); }
const char *Worker::redirect() const { return text_or_null(record()->redirect); }
double Worker::lbfactor() const { return record()->lbfactor / 100.0; }
bool Worker::is_draining() const { return PROXY_WORKER_IS_DRAINING(worker) != 0; }
bool Worker::is_usable() const { return PROXY_WORKER_IS_USABLE(worker); }

std::string_view Worker::status() const {
    thread_local char letters[std::size(flags)];
    std::size_t count = 0;
    for (const auto &[bit, letter] : flags)
        if (PROXY_WORKER_IS(worker, bit) != 0)
            letters[count++] = letter;
    return {letters, count};
}

py::ref Worker::error_time() const {
    const apr_time_t moment = record()->error_time;
    return moment == 0 ? py::none() : py::to_python(seconds(moment));
}

namespace {

proxy_worker *worker_of(PyObject *self) { return static_cast<Worker *>(self)->worker; }

PyObject *represent(PyObject *self) noexcept {
    return py::guarded<PyObject *>(nullptr, [&] {
        const py::ref name = py::to_python(static_cast<Worker *>(self)->name());
        return py::check(PyUnicode_FromFormat("<Worker %U>", name.get())).release();
    });
}

PyObject *compare(PyObject *one, PyObject *other, int operation) noexcept {
    if (Py_TYPE(one) != Py_TYPE(other) || (operation != Py_EQ && operation != Py_NE))
        return Py_NewRef(Py_NotImplemented);
    return Py_NewRef((worker_of(one) == worker_of(other)) == (operation == Py_EQ) ? Py_True : Py_False);
}

Py_hash_t hash(PyObject *self) noexcept {
    return static_cast<Py_hash_t>(reinterpret_cast<std::uintptr_t>(worker_of(self)) >> 4);
}

PyGetSetDef properties[] = {
    py::property<&Worker::name>("name", "Its URL, as BalancerMember names it."),
    field<Worker, &proxy_worker_shared::scheme>("scheme", "The scheme of the URL."),
    py::property<&Worker::hostname>("hostname", "The host of the URL."),
    field<Worker, &proxy_worker_shared::port>("port", "The port of the URL."),
    py::property<&Worker::route>("route", "route= of the BalancerMember (str | None)."),
    py::property<&Worker::redirect>("redirect", "redirect= of the BalancerMember (str | None)."),
    py::property<&Worker::lbfactor>("lbfactor", "loadfactor= of the BalancerMember."),
    field<Worker, &proxy_worker_shared::lbset>("lbset", "lbset= of the BalancerMember."),
    py::property<&Worker::status>("status", "Its flags, a letter each, as mod_proxy's status= writes them."),
    py::property<&Worker::is_usable>("is_usable", "Neither disabled, stopped, in error nor failing its health check."),
    py::property<&Worker::is_draining>("is_draining", "Does it take old sessions only?"),
    field<Worker, &proxy_worker_shared::busy>("busy", "Requests that it is serving now."),
    field<Worker, &proxy_worker_shared::elected>("elected", "How often it was chosen."),
    field<Worker, &proxy_worker_shared::transferred>("transferred", "Bytes sent to it."),
    field<Worker, &proxy_worker_shared::read>("read", "Bytes that came from it."),
    field<Worker, &proxy_worker_shared::retries>("retries", "How often it was tried anew after an error."),
    py::property<&Worker::error_time>("error_time", "When it last failed, in seconds since the epoch (float | None)."),
    {},
};

PyType_Slot slots[] = {
    py::slot(Py_tp_dealloc, &py::deallocate<Worker>),
    py::slot(Py_tp_repr, &represent),
    py::slot(Py_tp_richcompare, &compare),
    py::slot(Py_tp_hash, &hash),
    py::slot(Py_tp_getset, properties),
    {Py_tp_doc, const_cast<char *>("A backend of a balancer (mod_proxy's proxy_worker).")},
    {},
};

PyType_Spec spec = {"_pyhook.Worker", sizeof(Worker), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};

} // namespace

void add_worker_type(State &state, py::borrowed module) { state.worker = py::add_type(module, spec); }

} // namespace pyhook
