#include "types/shared_dict.h"

#include "py/attach.h"
#include "py/mapping.h"

#include "py/poison.h"

namespace pyhook {

namespace {

SharedStore::Lifetime lifetime_from(const std::optional<double> &ttl) {
    if (!ttl)
        return std::nullopt;
    constexpr double longest = 1e9; // seconds, about thirty years
    if (!(*ttl > 0 && *ttl <= longest))
        py::raise(PyExc_ValueError, "a time to live is a number of seconds above 0");
    return std::chrono::milliseconds(static_cast<std::int64_t>(*ttl * 1000 + 0.5));
}

/// Other types are refused: another process must read exactly what was written, and pickle could run code.
apache::Value value_from(py::borrowed object) {
    using Kind = apache::Value::Kind;
    if (PyBytes_Check(static_cast<PyObject *>(object)))
        return {.kind = Kind::bytes, .data = std::string(py::body_data(object).view())};
    if (PyUnicode_Check(static_cast<PyObject *>(object)))
        return {.kind = Kind::text, .data = std::string(py::text(object).view())};
    if (PyLong_Check(static_cast<PyObject *>(object)) && !PyBool_Check(static_cast<PyObject *>(object)))
        return {.kind = Kind::number, .data = {}, .number = py::from_python<std::int64_t>(object)};
    py::raise(PyExc_TypeError, "a shared dictionary holds bytes, str and int, not %.100s", Py_TYPE(object)->tp_name);
}

py::ref object_from(const apache::Value &value) {
    switch (value.kind) {
    case apache::Value::Kind::number:
        return py::to_python(value.number);
    case apache::Value::Kind::text:
        return py::to_python(std::string_view(value.data));
    case apache::Value::Kind::bytes:
        break;
    }
    return py::to_python(std::span<const char>(value.data));
}

[[noreturn]] void raise_missing(py::borrowed key) {
    PyErr_SetObject(PyExc_KeyError, key);
    throw py::error();
}

[[noreturn]] void raise_missing(std::string_view key) { raise_missing(py::to_python(key)); }

} // namespace

py::ref SharedDict::get(py::text key, std::optional<py::ref> absent) const {
    if (const auto found = store->get(key))
        return object_from(*found);
    return absent ? std::move(*absent) : py::none();
}

void SharedDict::set(py::text key, py::ref value, std::optional<double> ttl) {
    const apache::Value data = value_from(value);
    store->set(key, data, lifetime_from(ttl));
}

bool SharedDict::add(py::text key, py::ref value, std::optional<double> ttl) {
    const apache::Value data = value_from(value);
    return store->add(key, data, lifetime_from(ttl));
}

bool SharedDict::remove(py::text key) { return store->remove(key); }

std::int64_t SharedDict::incr(py::text key,
                              std::optional<std::int64_t> amount,
                              std::optional<std::int64_t> init,
                              std::optional<double> ttl) {
    return store->incr(key, amount.value_or(1), init.value_or(0), lifetime_from(ttl));
}

/// None for an entry that does not expire.
py::ref SharedDict::ttl(py::text key) const {
    const auto left = store->left(key);
    if (!left)
        raise_missing(key.view());
    return *left ? py::to_python(static_cast<double>((*left)->count()) / 1000) : py::none();
}

py::ref SharedDict::keys() const {
    py::ref list = py::check(PyList_New(0));
    for (const std::string &key : store->keys())
        py::check(PyList_Append(list.get(), py::to_python(std::string_view(key)).get()));
    return list;
}

void SharedDict::clear() { store->clear(); }

namespace {

py::ref number_or_none(std::optional<std::size_t> number) { return number ? py::to_python(*number) : py::none(); }

} // namespace

py::ref SharedDict::size() const { return number_or_none(store->size()); }
py::ref SharedDict::free() const { return number_or_none(store->free()); }

py::ref SharedDict::get_item(py::borrowed key) const {
    py::ref value = get(py::text(key), std::nullopt);
    if (value.get() == Py_None)
        raise_missing(key);
    return value;
}

void SharedDict::set_item(py::borrowed key, py::borrowed value) {
    set(py::text(key), py::ref::share(value), std::nullopt);
}

void SharedDict::delete_item(py::borrowed key) {
    if (!remove(py::text(key)))
        raise_missing(key);
}

bool SharedDict::contains(py::borrowed key) const {
    if (PyUnicode_Check(static_cast<PyObject *>(key)) == 0)
        return false;
    return store->contains(py::text(key));
}

Py_ssize_t SharedDict::count() const { return static_cast<Py_ssize_t>(store->count()); }

py::ref SharedDict::show(State &state, const SharedPlace &place) {
    auto *view = py::make<SharedDict>(state.shared_dict);
    py::ref shown = py::ref::steal(view);
    view->name_ = place.name;
    view->store =
        (place.memory != nullptr ? store_in_memory(state, *place.memory) : store_in_redis(state, place)).release();
    return shown;
}

namespace {

PyObject *represent(PyObject *self) noexcept {
    const auto &dict = *static_cast<SharedDict *>(self);
    if (const auto size = dict.store->size())
        return PyUnicode_FromFormat("<SharedDict %s of %zu bytes>", dict.name(), *size);
    return PyUnicode_FromFormat("<SharedDict %s of several machines>", dict.name());
}

PyMethodDef methods[] = {
    py::method<&SharedDict::get, "get(key, default=None)", "The value, or `default`.">(),
    py::method<&SharedDict::set, "set(key, value, ttl=None)", "Store a value, for `ttl` seconds or for ever.">(),
    py::method<&SharedDict::add, "add(key, value, ttl=None)", "Store it if there is none: True if it was stored.">(),
    py::method<&SharedDict::remove, "delete(key)", "Remove an entry: True if there was one.">(),
    py::method<&SharedDict::incr,
               "incr(key, amount=1, init=0, ttl=None)",
               "Add to a number and return the sum. A missing one begins at `init` and lives `ttl` seconds.">(),
    py::method<&SharedDict::ttl, "ttl(key)", "The seconds an entry has left; None if it stays for ever.">(),
    py::method<&SharedDict::keys, "keys()", "A list of the keys, as they are now.">(),
    py::method<&SharedDict::clear, "clear()", "Remove every entry.">(),
    {},
};

PyGetSetDef properties[] = {
    py::property<&SharedDict::name>("name", "Its name in PyHookShared."),
    py::property<&SharedDict::size>("size", "Its size in PyHookShared, in bytes; None if a server keeps it."),
    py::property<&SharedDict::free>("free", "About how many bytes are free; None if a server keeps it."),
    {},
};

auto slots = py::mapping_slots<SharedDict>(
    py::slot(Py_tp_dealloc, &py::deallocate<SharedDict>),
    py::slot(Py_tp_repr, &represent),
    py::slot(Py_tp_methods, methods),
    py::slot(Py_tp_getset, properties),
    PyType_Slot{
        Py_tp_doc,
        const_cast<char *>("A dictionary that all children of the server share, or several machines (PyHookShared).")});

PyType_Spec spec = {"_pyhook.SharedDict", sizeof(SharedDict), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                    slots.data()};

} // namespace

void add_shared_dict_type(State &state, py::borrowed module) { state.shared_dict = py::add_type(module, spec); }

} // namespace pyhook
