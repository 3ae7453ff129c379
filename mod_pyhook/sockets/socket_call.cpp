#include "sockets/socket_call.h"

#include "py/attach.h"

#include "apache/pool.h"

#include "call/client_page.h"
#include "call/exception.h"
#include "call/forked.h"
#include "call/latency.h"
#include "call/result.h"
#include "interpreters/interpreters.h"

#include <array>

#include "py/poison.h"

namespace pyhook {

namespace {

/// No socket gives more words than this.
constexpr std::size_t most_words = 4;

py::ref call_with(State &state, Request &request, py::borrowed callable, Words words) {
    if (words.size() == 0)
        return py::call(callable, static_cast<PyObject *>(&request));
    std::array<py::ref, most_words> owned;
    std::array<PyObject *, most_words + 2> arguments{nullptr, &request};
    std::size_t count = 1;
    for (const Word &word : words) {
        owned[count - 1] = word.make(state, word.from);
        arguments[count + 1] = owned[count - 1].get();
        ++count;
    }
    return py::check(
        PyObject_Vectorcall(callable, arguments.data() + 1, count | PY_VECTORCALL_ARGUMENTS_OFFSET, nullptr));
}

/// The status that answers the request after the call has failed.
int status_of_failure(request_rec *r, const SocketKind &kind, const Site &site) {
    if (kind.decides || py::pending(State::current().request_timeout))
        return status_of_exception(r, site);
    report(r, code::raised, site, "raised", py::take_exception().get());
    return HTTP_INTERNAL_SERVER_ERROR;
}

/// Returns OK, or the status of the failure.
int answer(State &state,
           Request &request,
           const SocketKind &kind,
           const Choice &choice,
           Words words,
           void *taker,
           detail::Take *take) {
    request_rec *r = request.record();
    const Site site{kind.name, choice.spec()};
    try {
        const py::borrowed callable = resolve(state, choice);
        const measured here(state, site);
        const py::ref result = call_with(state, request, callable, words);
        leave_if_forked(r, site);
        if (take(taker, result))
            return OK;
        report_wrong_result(r, site, result, kind.expected);
    } catch (const py::error &) {
        leave_if_forked(r, site);
        return status_of_failure(r, kind, site);
    } catch (const Unresolved &problem) {
        return status_of(r, site, problem);
    }
    return HTTP_INTERNAL_SERVER_ERROR;
}

int attach_and_answer(
    request_rec *r, const SocketKind &kind, const Choice &choice, Words words, void *taker, detail::Take *take) {
    const Placement placement = place_of(r);
    State *state = placement.state();
    if (state == nullptr)
        return without_interpreter(r);
    const py::attached here(state->interpreter);
    Request *request = Request::find(*state, r);
    if (request == nullptr)
        return HTTP_INTERNAL_SERVER_ERROR;
    const serving on(r->connection, request);
    const char *outer_phase = std::exchange(request->phase, kind.name);
    const int status = answer(*state, *request, kind, choice, words, taker, take);
    request->phase = outer_phase;
    return status;
}

} // namespace

Placement place_of(const request_rec *r) noexcept {
    const ap_conf_vector_t *config = r->per_dir_config != nullptr ? r->per_dir_config : r->server->lookup_defaults;
    return place(DirConfig::of(config), r);
}

int detail::ask_socket(
    request_rec *r, const SocketKind &kind, const Choice &choice, Words words, void *taker, Take *take) noexcept {
    try {
        return attach_and_answer(r, kind, choice, words, taker, take);
    } catch (const std::bad_alloc &) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
}

void detail::refuse(request_rec *r, int status) noexcept { refuse_content(r, status); }

const char *text_of(apr_pool_t *pool, py::borrowed result) {
    if (!PyUnicode_Check(static_cast<PyObject *>(result)))
        return nullptr;
    return apache::copy(pool, py::c_text(result));
}

const char *readable_text_of(apr_pool_t *pool, py::borrowed result) {
    if (PyUnicode_Check(static_cast<PyObject *>(result)))
        return text_of(pool, result);
    if (result == Py_True || result == Py_False)
        return result == Py_True ? "true" : "false";
    if (PyLong_Check(static_cast<PyObject *>(result)) || PyFloat_Check(static_cast<PyObject *>(result)))
        return text_of(pool, py::check(PyObject_Str(result)));
    return nullptr;
}

} // namespace pyhook
