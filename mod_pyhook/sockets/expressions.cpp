#include "apache/pool.h"

#include "call/client_page.h"
#include "sockets/socket_call.h"
#include "sockets/sockets.h"

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr const char *failed = "a callable of pyhook's failed, as an entry before this one says";

constexpr SocketKind text_kind{"expr", "expected str, a number, True, False or None", true};
constexpr SocketKind truth_kind{"expr", "expected True or False", true};
constexpr SocketKind list_kind{"expr", "expected a list or a tuple of str", true};

/// A callable that fails makes the whole expression fail. call_socket also refuses the content, because not every
/// directive refuses on a failed expression: <If> only leaves out its section, which may be the one that forbids.
template <class Taker>
void evaluate(ap_expr_eval_ctx_t *context, const SocketKind &kind, const Choice &choice, Words words, Taker take) {
    if (call_socket(context->r, kind, choice, words, take))
        return;
    *context->err = failed;
}

template <class Taker>
void evaluate(ap_expr_eval_ctx_t *context, const SocketKind &kind, const Written &written, Taker take) {
    if (written.argument == nullptr)
        evaluate(context, kind, written.choice, {}, take);
    else
        evaluate(context, kind, written.choice, {written.argument}, take);
}

/// pyhook('module:callable argument') and %{pyhook:module:callable argument}
const char *string_function(ap_expr_eval_ctx_t *context, const void *data, const char *) noexcept {
    const char *text = nullptr;
    evaluate(context, text_kind, *static_cast<const Written *>(data), [&](py::borrowed result) {
        text = readable_text_of(context->p, result);
        return text != nullptr || result == Py_None;
    });
    return text;
}

apr_array_header_t *strings_of(apr_pool_t *pool, py::borrowed result) {
    PyObject *sequence = result;
    if (PyList_Check(sequence) == 0 && PyTuple_Check(sequence) == 0)
        return nullptr;
    const py::ref items = py::check(PySequence_Tuple(sequence)); // another thread may change a list meanwhile
    apr_array_header_t *made = apr_array_make(pool, 4, sizeof(const char *));
    for (Py_ssize_t index = 0; index < PyTuple_GET_SIZE(items.get()); ++index) {
        const char *text = text_of(pool, PyTuple_GET_ITEM(items.get(), index));
        if (text == nullptr)
            return nullptr;
        APR_ARRAY_PUSH(made, const char *) = text;
    }
    return made;
}

/// … -in pyhook('module:callable argument')
apr_array_header_t *list_function(ap_expr_eval_ctx_t *context, const void *data, const char *) noexcept {
    apr_array_header_t *list = nullptr;
    evaluate(context, list_kind, *static_cast<const Written *>(data), [&](py::borrowed result) {
        list = strings_of(context->p, result);
        return list != nullptr;
    });
    return list;
}

/// … -pyhook 'module:callable'
int operation(ap_expr_eval_ctx_t *context, const void *data, const char *left, const char *) noexcept {
    bool truth = false;
    evaluate(context, truth_kind, static_cast<const Written *>(data)->choice, {left}, [&](py::borrowed result) {
        truth = result == Py_True;
        return truth || result == Py_False;
    });
    return truth ? 1 : 0;
}

/// The function for the place in which the parser meets the name.
const void *function_for(int type) {
    switch (type) {
    case AP_EXPR_FUNC_STRING:
        return reinterpret_cast<const void *>(&string_function);
    case AP_EXPR_FUNC_LIST:
        return reinterpret_cast<const void *>(&list_function);
    case AP_EXPR_FUNC_OP_BINARY:
        return reinterpret_cast<const void *>(&operation);
    default:
        return nullptr;
    }
}

/// Returns null, or a sentence that says what is wrong with this use of the name. The author of an .htaccess file or of
/// an SSI page must not choose code to run, and a request must not choose the callable.
const char *problem_with(ap_expr_lookup_parms *parms, Written &written) {
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_RUN_MPM)
        return "it is for the configuration of the server only, not for what is read while requests are served";
    if (parms->arg == nullptr)
        return "the callable is written as a constant, 'module:callable'; what depends on the request, it reads from "
               "the request, or from the left side of -pyhook";
    const char *problem = read_written(parms->pool, parms->arg, written);
    if (problem == nullptr && parms->type == AP_EXPR_FUNC_OP_BINARY && written.argument != nullptr)
        return "the operator's left side is the argument: write nothing behind the callable";
    return problem;
}

int look_up(ap_expr_lookup_parms *parms) noexcept {
    const void *function = ap_cstr_casecmp(parms->name, "pyhook") == 0 ? function_for(parms->type) : nullptr;
    if (function == nullptr)
        return DECLINED;
    auto *written = apache::make<Written>(parms->pool);
    if (const char *problem = problem_with(parms, *written)) {
        *parms->err = apr_pstrcat(parms->ptemp, "pyhook: ", problem, nullptr);
        return !OK;
    }
    attach_refusal();
    *parms->func = function;
    *parms->data = written;
    return OK;
}

} // namespace

void attach_expressions() { ap_hook_expr_lookup(&look_up, nullptr, nullptr, APR_HOOK_MIDDLE); }

} // namespace pyhook
