#include "call/client_page.h"

#include "py/bind.h"
#include "py/interpreter.h"
#include "py/text.h"

#include "apache/error_page.h"
#include "apache/pool.h"
#include "apache/table.h"

#include "config/config.h"
#include "config/lines.h"

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr int status = HTTP_INTERNAL_SERVER_ERROR;

py::ref text_or_none(const char *text) {
    return text == nullptr ? py::ref::share(Py_None) : py::to_python(std::string_view(text));
}

void set(py::borrowed dict, const char *key, py::borrowed value) { py::check(PyDict_SetItemString(dict, key, value)); }

/// The sections around a line, from the outermost on, as in `<Location "/shop">`.
std::string sections_of(const ap_directive_t &line) {
    std::string text;
    for (const ap_directive_t *section = line.parent; section != nullptr; section = section->parent)
        text = std::string(section->directive) + " " + section->args + (text.empty() ? "" : " ") + text;
    return text;
}

/// The lines that name the callable: directive, words, sections, file, number.
py::ref lines_for(request_rec *r, const char *callable) {
    py::ref list = py::check(PyList_New(0));
    for (const ap_directive_t *line : lines_naming(r->pool, callable)) {
        py::ref row = py::check(PyTuple_New(5));
        PyTuple_SET_ITEM(row.get(), 0, text_or_none(line->directive).release());
        PyTuple_SET_ITEM(row.get(), 1, text_or_none(line->args).release());
        PyTuple_SET_ITEM(row.get(), 2, py::to_python(std::string_view(sections_of(*line))).release());
        PyTuple_SET_ITEM(row.get(), 3, text_or_none(line->filename).release());
        PyTuple_SET_ITEM(row.get(), 4, py::check(PyLong_FromLong(line->line_num)).release());
        py::check(PyList_Append(list.get(), row.get()));
    }
    return list;
}

py::ref headers_of(request_rec *r) {
    py::ref list = py::check(PyList_New(0));
    for (const auto &entry : apache::entries(r->headers_in)) {
        py::ref row = py::check(PyTuple_New(2));
        PyTuple_SET_ITEM(row.get(), 0, text_or_none(entry.key).release());
        PyTuple_SET_ITEM(row.get(), 1, text_or_none(entry.val).release());
        py::check(PyList_Append(list.get(), row.get()));
    }
    return list;
}

py::ref facts_of(request_rec *r, const char *phase, const char *callable) {
    py::ref facts = py::check(PyDict_New());
    set(facts, "phase", text_or_none(phase));
    set(facts, "callable", text_or_none(callable));
    set(facts, "interpreter", py::to_python(std::string_view(py::Interpreter::current()->name())));
    set(facts, "id", text_or_none(r->log_id));
    set(facts, "method", text_or_none(r->method));
    set(facts, "uri", text_or_none(r->unparsed_uri));
    set(facts, "protocol", text_or_none(r->protocol));
    set(facts, "host", text_or_none(r->hostname));
    set(facts, "client", text_or_none(r->useragent_ip));
    set(facts, "user", text_or_none(r->user));
    set(facts, "handler", text_or_none(r->handler));
    set(facts, "filename", text_or_none(r->filename));
    set(facts, "headers", headers_of(r));
    set(facts, "lines", lines_for(r, callable));
    return facts;
}

void keep(request_rec *r, std::string_view body, const char *type) {
    apr_table_setn(r->err_headers_out, "X-Content-Type-Options", "nosniff");
    apache::keep_error_body(r, status, body, type);
}

/// Python makes the page; should that fail, the client gets the entry alone.
void explain(
    request_rec *r, const char *phase, const char *callable, const std::string &entry, py::maybe exception) noexcept {
    if (py::Interpreter::current() != nullptr) {
        const py::error_kept meanwhile;
        try {
            const py::ref page = py::call(py::attribute(py::import("pyhook.debugging"), "page"),
                                          exception ? py::borrowed(*exception) : py::borrowed(Py_None),
                                          py::to_python(std::string_view(entry)), facts_of(r, phase, callable));
            const py::ref body = py::check(PySequence_GetItem(page.get(), 0));
            const py::ref type = py::check(PySequence_GetItem(page.get(), 1));
            return keep(r, py::body_data(body).view(), apache::copy(r->pool, py::text(type).view()));
        } catch (const py::error &) {
            py::write_unraisable({});
        }
    }
    keep(r, entry, "text/plain; charset=utf-8");
}

/// httpd may ask for an id or a log field before it has a configuration for the request.
bool wants_explanation(const request_rec *r) {
    return r->per_dir_config != nullptr && DirConfig::of(r->per_dir_config).debug.value;
}

/// True if the administrator has written an ErrorDocument, or a callable a body.
bool has_page(request_rec *r) {
    const int index = ap_index_of_response(status);
    const auto *request = static_cast<core_request_config *>(ap_get_core_module_config(r->request_config));
    if (request->response_code_strings != nullptr && request->response_code_strings[index] != nullptr)
        return true;
    const auto *dir = static_cast<core_dir_config *>(ap_get_core_module_config(r->per_dir_config));
    return dir->response_code_exprs != nullptr &&
           apr_hash_get(dir->response_code_exprs, &index, sizeof(index)) != nullptr;
}

} // namespace

void set_client_page(
    request_rec *r, const char *phase, const char *callable, const std::string &entry, py::maybe exception) noexcept {
    if (wants_explanation(r))
        return explain(r, phase, callable, entry, exception);
    if (r->per_dir_config == nullptr || has_page(r))
        return;
    ap_custom_response(
        r, status,
        apr_pstrcat(r->pool,
                    "<!DOCTYPE html>\n<html lang=\"en\"><head><title>500 Internal Server Error</title></head>"
                    "<body>\n<h1>Internal Server Error</h1>\n<p>The server could not complete this "
                    "request. Its id in the server's log: ",
                    ap_escape_html(r->pool, r->log_id == nullptr ? "-" : r->log_id), "</p>\n</body></html>\n",
                    nullptr));
}

int without_interpreter(request_rec *r) noexcept {
    if (wants_explanation(r) && !apache::has_error_body(r, status))
        keep(
            r,
            "Python, the interpreter of this place, or a plug-in that it imports could not start, so every request for "
            "it is refused; or edited code could not be loaded.\nThe error log says why: look for PYHOOK0001, "
            "PYHOOK0002, PYHOOK0008 or PYHOOK0060.\n",
            "text/plain; charset=utf-8");
    return status;
}

} // namespace pyhook
