#include "types/headers.h"

#include "py/mapping.h"

#include "apache/module_notes.h"
#include "apache/pool.h"

#include "types/waiting.h"

#include "py/poison.h"

namespace pyhook {

namespace {

bool seen_before(std::span<const apr_table_entry_t> entries, std::size_t index) {
    for (std::size_t earlier = 0; earlier < index; ++earlier)
        if (apache::same_name(entries[earlier].key, entries[index].key))
            return true;
    return false;
}

void append(const py::ref &list, py::ref item) { py::check(PyList_Append(list.get(), item.get())); }

} // namespace

Headers *Headers::show(State &state, request_rec *r, apr_table_t **field, Content content) {
    auto *view = make_view<Headers>(state, state.headers, r, r->connection);
    view->field = field;
    view->request = r;
    view->pool = r->pool;
    view->content = content;
    return view;
}

Headers *Headers::show(State &state, conn_rec *c, apr_table_t **field, Content content) {
    auto *view = make_view<Headers>(state, state.headers, c, c);
    view->field = field;
    view->pool = c->pool;
    view->content = content;
    return view;
}

void Headers::check_on_other_call() const {
    AnyView::check_usable();
    if (request != nullptr)
        check_is_current(request);
}

void Headers::check_usable() const {
    const request_rec *own = serving::own_record();
    if (own == nullptr || own != shown.load(std::memory_order_relaxed) || py::forked())
        check_on_other_call();
}

/// If two headers disagree about where the body ends, the client takes a part of it for the next response.
void Headers::check_framing(const char *name, const char *value) const {
    apr_off_t length = 0;
    if (apache::same_name(name, "Transfer-Encoding"))
        py::raise(PyExc_ValueError, "httpd frames the body: a response can't be given a Transfer-Encoding");
    if (!apache::same_name(name, "Content-Length"))
        return;
    if (content == Content::always)
        py::raise(PyExc_ValueError, "a Content-Length belongs into headers_out, where httpd looks for it");
    if (ap_parse_strict_length(&length, value) == 0)
        py::raise(PyExc_ValueError, "a Content-Length is a number of bytes, not '%.100s'", value);
}

bool Headers::is_hidden(const char *name) const noexcept {
    return content == Content::notes && apache::may_be_address(name);
}

const char *Headers::value_of(const char *name) const noexcept {
    return is_hidden(name) ? nullptr : apr_table_get(table(), name);
}

template <class Visit> void Headers::each_shown(Visit visit) const {
    for (const auto &entry : apache::entries(table()))
        if (!is_hidden(entry.key))
            visit(entry);
}

template <class Visit> void Headers::each_distinct_name(Visit visit) const {
    const auto entries = apache::entries(table());
    for (std::size_t index = 0; index < entries.size(); ++index)
        if (!seen_before(entries, index) && !is_hidden(entries[index].key))
            visit(entries[index].key);
}

void Headers::check_entry(const py::c_text &name, const py::c_text &value) const {
    if (is_hidden(name.c_str()))
        py::raise(PyExc_ValueError, "the note '%.100s' is a module's own, and no text", name.c_str());
    if (content == Content::anything || content == Content::notes)
        return;
    if (!apache::is_token(name))
        py::raise(PyExc_ValueError,
                  "a header's name is a token (RFC 9110, 5.6.2): no space, colon or control character");
    if (!apache::is_field_value(value))
        py::raise(PyExc_ValueError, "a header's value can't contain CR, LF or NUL");
    if (content == Content::response || content == Content::always)
        check_framing(name.c_str(), value.c_str());
}

/// httpd reads a body to the end that its fields name at the first read. It could take the rest for another request. A
/// response's length is kept to, whoever sends the body.
void Headers::note_change(const char *name) const {
    const bool is_length = apache::same_name(name, "Content-Length") || apache::same_name(name, "Transfer-Encoding");
    if (!is_length)
        return;
    if (content == Content::request && connection->master == nullptr)
        connection->keepalive = AP_CONN_CLOSE;
    if (content == Content::response)
        keep_framing(request);
}

py::ref Headers::get_item(py::borrowed name) const {
    const char *value = value_of(py::c_text(name).c_str());
    if (value == nullptr) {
        PyErr_SetObject(PyExc_KeyError, name);
        throw py::error();
    }
    return py::to_python(value);
}

void Headers::set_item(py::borrowed name, py::borrowed value) {
    const py::c_text key(name);
    const py::c_text text(value);
    check_entry(key, text);
    note_change(key.c_str());
    apr_table_setn(table(), apache::copy(pool, key), apache::copy(pool, text));
}

void Headers::delete_item(py::borrowed name) {
    get_item(name);
    const py::c_text key(name);
    note_change(key.c_str());
    apr_table_unset(table(), key.c_str());
}

bool Headers::contains(py::borrowed name) const {
    return PyUnicode_Check(static_cast<PyObject *>(name)) && value_of(py::c_text(name).c_str()) != nullptr;
}

py::ref Headers::keys() const {
    py::ref list = py::check(PyList_New(0));
    each_distinct_name([&](const char *name) { append(list, py::to_python(name)); });
    return list;
}

Py_ssize_t Headers::count() const {
    Py_ssize_t count = 0;
    each_distinct_name([&](const char *) { ++count; });
    return count;
}

void Headers::add(py::c_text name, py::c_text value) {
    check_entry(name, value);
    const bool is_length = content == Content::response && apache::same_name(name.c_str(), "Content-Length");
    if (is_length && apr_table_get(table(), name.c_str()) != nullptr)
        py::raise(PyExc_ValueError, "there is a Content-Length already");
    note_change(name.c_str());
    apr_table_addn(table(), apache::copy(pool, name), apache::copy(pool, value));
}

py::ref Headers::get_all(py::c_text name) const {
    py::ref list = py::check(PyList_New(0));
    each_shown([&](const apr_table_entry_t &entry) {
        if (apache::same_name(entry.key, name.c_str()))
            append(list, py::to_python(static_cast<const char *>(entry.val)));
    });
    return list;
}

py::ref Headers::multi_items() const {
    py::ref list = py::check(PyList_New(0));
    each_shown([&](const apr_table_entry_t &entry) {
        py::ref name = py::to_python(static_cast<const char *>(entry.key));
        py::ref value = py::to_python(static_cast<const char *>(entry.val));
        append(list, py::check(PyTuple_Pack(2, name.get(), value.get())));
    });
    return list;
}

namespace {

PyObject *represent(PyObject *self) noexcept {
    if (static_cast<Headers *>(self)->has_ended())
        return PyUnicode_FromString("<Headers of a request that has ended>");
    return py::guarded<PyObject *>(nullptr, [&] {
        auto &headers = *static_cast<Headers *>(self);
        headers.check_usable();
        return py::check(PyUnicode_FromFormat("Headers(%R)", headers.multi_items().get())).release();
    });
}

PyMethodDef methods[] = {
    py::method<&Headers::add, "add(name, value)", "Append an entry, keeping others of the same name.">(),
    py::method<&Headers::get_all,
               "get_all(name)",
               "Every value of `name`, in order; an empty list if there is none.">(),
    py::method<&Headers::multi_items, "multi_items()", "Every (name, value) pair in order, repeated names included.">(),
    {},
};

auto slots = py::mapping_slots<Headers>(
    py::slot(Py_tp_dealloc, &py::deallocate<Headers>),
    py::slot(Py_tp_repr, &represent),
    py::slot(Py_tp_methods, methods),
    PyType_Slot{
        Py_tp_doc,
        const_cast<char *>("A case-insensitive mapping over one of httpd's tables (collections.abc.MutableMapping).\n"
                           "A name may occur several times: [] gives the first value, get_all them all.")});

PyType_Spec spec = {"_pyhook.Headers", sizeof(Headers), 0,
                    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_MAPPING, slots.data()};

/// Methods that the abstract base class derives from the methods above. They are copied, so that the type needs no
/// metaclass.
constexpr const char *mixin[] = {
    "get",   "keys",    "items",      "values",
    "pop",   "popitem", "setdefault", "update",
    "clear", "__eq__",  "__ne__",     "_MutableMapping__marker"}; // how pop() knows that it has no default

} // namespace

void add_headers_type(State &state, py::borrowed module) {
    state.headers = py::add_type(module, spec);
    auto *type = reinterpret_cast<PyObject *>(state.headers);
    const py::ref base = py::attribute(py::import("collections.abc"), "MutableMapping");
    for (const char *name : mixin)
        py::check(PyObject_SetAttrString(type, name, py::attribute(base, name).get()));
    py::call(py::attribute(base, "register"), type);
}

} // namespace pyhook
