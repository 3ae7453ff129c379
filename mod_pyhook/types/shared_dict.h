// types/shared_dict.h: pyhook.SharedDict, a dictionary in memory that all children of the server share.
#pragma once

#include "apache/shared.h"

#include "types/state.h"

namespace pyhook {

/// Every method is atomic for the whole server. Keys are str. Values are bytes, str or a 64-bit int; Python gets
/// copies.
struct SharedDict : PyObject {
    State *state;
    apache::Shared *shared;

    void check_usable() const noexcept {}
    void drop() noexcept {}

    const char *name() const { return shared->name(); }
    std::size_t size() const { return shared->size(); }
    std::size_t free() const;
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

    static py::ref show(State &state, apache::Shared *shared);

private:
    template <class Work> auto locked(Work work) const;
    template <class Ask> std::size_t without_expired(Ask ask) const;
    [[noreturn]] void raise_full(std::string_view key) const;
};

void add_shared_dict_type(State &state, py::borrowed module);

} // namespace pyhook
