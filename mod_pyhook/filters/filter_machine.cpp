#include "filters/filter_machine.h"

#include "py/bytes.h"

#include "apache/brigade.h"
#include "apache/filter.h"
#include "apache/pool.h"

#include "call/forked.h"
#include "interpreters/interpreters.h"
#include "types/ending.h"

#include <cstring>

#include "py/poison.h"

namespace pyhook {

Placement FilterMachine::place(const ap_filter_t *f) noexcept {
    const ap_conf_vector_t *config = f->r != nullptr ? f->r->per_dir_config : f->c->base_server->lookup_defaults;
    return pyhook::place(DirConfig::of(config), f->r);
}

FilterMachine::Entered::Entered(State &state, const ap_filter_t *f, Direction direction)
    : attached_(state.interpreter), serving_(f->c, f->r == nullptr ? nullptr : Request::find(state, f->r)),
      filtering_(f->c, direction) {}

namespace {

/// Makes bytes of what a filter yields, so that it can't change while httpd reads it.
py::ref output_from(py::ref yielded) {
    PyObject *object = yielded.get();
    if (object == Py_None)
        return {};
    if (PyBytes_Check(object) || PyUnicode_Check(object))
        return yielded;
    if (!py::body_data::accepts(yielded))
        py::raise(PyExc_TypeError, "a filter yields bytes, str or None, not %.100s", Py_TYPE(object)->tp_name);
    return py::check(PyBytes_FromObject(object));
}

/// If the yield at which the generator waits throws away the chunk that it is sent, gives its line, otherwise 0.
int line_that_ignores(py::borrowed generator) {
    return py::from_python<int>(py::call(State::current().line_that_ignores, generator));
}

/// Marks that the generator runs. Request then refuses whatever would call the generator from inside itself.
class Executing {
public:
    explicit Executing(Filter &view) noexcept : view_(view) { view_.executes = true; }
    Executing(const Executing &) = delete;
    Executing &operator=(const Executing &) = delete;
    ~Executing() { view_.executes = false; }

private:
    Filter &view_;
};

} // namespace

py::ref chunk_of(apr_bucket *bucket) {
    if (!apache::is_file_to_read(bucket))
        return py::to_python(std::span<const char>(apache::data_of(bucket)));
    py::bytes_builder bytes(bucket->length);
    const std::span<char> room = bytes.free(bucket->length);
    const apr_status_t status = py::while_detached([&] { return apache::read_file(bucket, room); });
    if (status != APR_SUCCESS)
        py::raise(PyExc_OSError, "the file that is sent can't be read: %s",
                  APR_STATUS_IS_EOF(status) ? "it has become shorter" : std::strerror(status));
    bytes.added(room.size());
    return bytes.finish();
}

std::string_view bytes_of(py::borrowed output) { return py::body_data(output).view(); }

py::ref FilterMachine::start(ap_filter_t *f) {
    State &state = State::current();
    // The view of the request is made first, so that it ends after the filter's view: a generator that is closed then
    // can still use its request.
    if (f->r == nullptr)
        Connection::of(state, f->c);
    view_ = Filter::show(state, f, definition_.name, direction_);
    apache::before_end<&FilterMachine::end_stream>(apache::pool_of(f), this);
    mode = Mode::running;
    const Executing here(*view_);
    const py::borrowed callable = resolve(state, *definition_.target);
    const py::ref made = calls_.measure([&] { return py::call(callable, static_cast<PyObject *>(view_)); });
    if (PyObject_HasAttrString(made.get(), "send") == 0 || PyObject_HasAttrString(made.get(), "close") == 0)
        py::raise(PyExc_TypeError, "a filter that takes a Filter is a generator function, this one gave %.100s",
                  Py_TYPE(made.get())->tp_name);
    py::store(view_->generator, made.copy());
    return send(Py_None);
}

py::ref FilterMachine::send(py::borrowed chunk) {
    const Executing here(*view_);
    PyObject *yielded = nullptr;
    const py::ref generator = py::ref::share(view_->generator);
    const int ignores = chunk == Py_None ? 0 : line_that_ignores(generator);
    const PySendResult result = calls_.measure([&] { return PyIter_Send(generator.get(), chunk, &yielded); });
    leave_if_forked(view_->connection, site());
    if (result != PYGEN_NEXT)
        py::clear(view_->generator);
    if (result == PYGEN_ERROR)
        throw py::error();
    const py::ref owned = py::ref::steal(yielded);
    if (result == PYGEN_RETURN)
        return {};
    py::ref output = output_from(owned.copy());
    if (ignores != 0 && !view_->has_declined && !view_->has_ended_early)
        py::raise(PyExc_RuntimeError,
                  "a chunk is lost: nothing takes the value of the yield in line %d, write chunk = yield there",
                  ignores);
    return output;
}

void FilterMachine::close() noexcept {
    if (view_ == nullptr || view_->generator == nullptr)
        return;
    const Executing here(*view_);
    const py::ref generator = py::ref::share(view_->generator);
    py::clear(view_->generator);
    const py::ref closed =
        py::ref::steal(calls_.measure([&] { return PyObject_CallMethod(generator.get(), "close", nullptr); }));
    if (!closed)
        report_as(view_->record(), code::filter_failed, "raised when it was closed", py::take_exception().get());
}

/// The filter may have failed before it has a view. If it is an output filter of a sub-request, the status goes to the
/// main request, because the client sees it as the answer to that one.
int FilterMachine::status_of_exception(const ap_filter_t *f) {
    request_rec *r = f->r;
    while (direction_ == Direction::output && r != nullptr && r->main != nullptr)
        r = r->main;
    return r != nullptr ? pyhook::status_of_exception(r, site(), code::filter_failed)
                        : pyhook::status_of_exception(f->c, site(), code::filter_failed);
}

int FilterMachine::status_of(const ap_filter_t *f, const Unresolved &problem) {
    return f->r != nullptr ? pyhook::status_of(f->r, site(), problem) : pyhook::status_of(f->c, site(), problem);
}

void FilterMachine::report_as(const ap_filter_t *f,
                              const char *code,
                              std::string_view what,
                              py::maybe exception) noexcept {
    if (f->r != nullptr)
        report(f->r, code, site(), what, exception);
    else
        report(f->c, code, site(), what, exception);
}

/// Runs when the pool of the stream ends. A generator that still waits for data is closed.
void FilterMachine::end_stream(FilterMachine *machine) noexcept {
    Filter &view = machine->view();
    if (view.generator != nullptr && !exiting() && !py::forked()) {
        const Entered here(*view.state, view.record(), machine->direction_);
        machine->close();
        machine->tell_time();
    }
    machine->mode = Mode::failed;
    machine->view_ = nullptr;
    view.end();
    let_go(view, view.generator != nullptr, [&] { py::clear(view.generator); });
}

} // namespace pyhook
