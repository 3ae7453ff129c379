// types/latin1_request.h: _pyhook._Latin1Request, from which interfaces that read httpd's texts as latin-1 derive their
// request objects, as mod_python's `req`. It shows a pyhook.Request, which knows when it has ended.
#pragma once

#include "types/request.h"

namespace pyhook {

/// What Python holds for true or false; None is false.
struct Truth {
    bool holds;
};

} // namespace pyhook

template <> struct py::argument<std::optional<pyhook::Truth>> {
    static std::optional<pyhook::Truth> from(borrowed object) {
        return pyhook::Truth{check(PyObject_IsTrue(object)) != 0};
    }
};

namespace pyhook {

struct Latin1Request : PyObject {
    Request *shown;
    bool has_content_type; // Python has set it

    void check_usable() const { shown->check_usable(); }
    keeping stay() const { return shown->stay(); }
    void drop() noexcept { py::clear(shown); }

    bool content_type_set() const { return has_content_type; }
    py::ref content_type() const;
    void set_content_type(py::ref value);
    void write(py::body_data data, std::optional<Truth> flush);
    void flush() { shown->flush(); }
};

void add_latin1_request_type(py::borrowed module);

} // namespace pyhook
