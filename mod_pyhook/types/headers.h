// types/headers.h: pyhook.Headers, an apr_table_t as a case-insensitive mapping of str.
#pragma once

#include "types/view.h"

namespace pyhook {

/// What a table may store. `anything`: all text. The other tables go over the wire and accept only what a header may
/// hold. `request` is for headers_in, which frames the body that the client sends. `response` and `always` also refuse
/// what contradicts the framing, which httpd makes. `always` is for err_headers_out, which goes out together with
/// headers_out. `notes` hides and refuses what may be no text.
enum class Content : char { anything, notes, fields, request, response, always };

/// Shows the table to which `field`, of a request or of a connection, points when the view is used. The view ends with
/// that record.
struct Headers : AnyView {
    apr_table_t **field;
    request_rec *request; // null: the table is a connection's
    apr_pool_t *pool;
    Content content;

    void check_usable() const;

    py::ref get_item(py::borrowed name) const;
    void set_item(py::borrowed name, py::borrowed value);
    void delete_item(py::borrowed name);
    bool contains(py::borrowed name) const;
    py::ref keys() const;
    Py_ssize_t count() const;

    void add(py::c_text name, py::c_text value);
    py::ref get_all(py::c_text name) const;
    py::ref multi_items() const;

    keeping stay() const { return keeping(pool); }
    void drop() noexcept {}

    static Headers *show(State &state, request_rec *r, apr_table_t **field, Content content);
    static Headers *show(State &state, conn_rec *c, apr_table_t **field, Content content);

private:
    apr_table_t *table() const noexcept { return *field; }
    [[gnu::noinline]] void check_on_other_call() const;
    bool is_hidden(const char *name) const noexcept;
    const char *value_of(const char *name) const noexcept;
    template <class Visit> void each_shown(Visit visit) const;
    template <class Visit> void each_distinct_name(Visit visit) const;
    void check_entry(const py::c_text &name, const py::c_text &value) const;
    void check_framing(const char *name, const char *value) const;
    void note_change(const char *name) const;
};

void add_headers_type(State &state, py::borrowed module);

} // namespace pyhook
