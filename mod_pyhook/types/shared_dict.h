// types/shared_dict.h: pyhook.SharedDict, a dictionary that all children of the server share, or several machines.
#pragma once

#include "types/shared_store.h"

namespace pyhook {

/// Keys are str. Values are bytes, str or a 64-bit int; Python gets
/// copies.
struct SharedDict : PyObject {
    const char *name_;
    SharedStore *store; // its own

    void check_usable() const noexcept {}
    void drop() noexcept { delete store; }

    const char *name() const { return name_; }
    py::ref size() const;
    py::ref free() const;
    py::ref get(py::text key, std::optional<py::ref> absent) const;
    void set(py::text key, py::ref value, std::optional<double> ttl);
    bool add(py::text key, py::ref value, std::optional<double> ttl);
    bool remove(py::text key);
    std::int64_t
    incr(py::text key, std::optional<std::int64_t> amount, std::optional<std::int64_t> init, std::optional<double> ttl);
    py::ref ttl(py::text key) const;
    py::ref keys() const;
    void clear();

    py::ref get_item(py::borrowed key) const;
    void set_item(py::borrowed key, py::borrowed value);
    void delete_item(py::borrowed key);
    bool contains(py::borrowed key) const;
    Py_ssize_t count() const;

    static py::ref show(State &state, const SharedPlace &place);
};

void add_shared_dict_type(State &state, py::borrowed module);

} // namespace pyhook
