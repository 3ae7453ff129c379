#include "types/shared_dict.h"

#include "py/attach.h"
#include "py/mapping.h"

#include <functional>

#include "py/poison.h"

namespace pyhook {

namespace {

apache::Moment after(const std::optional<double> &ttl) {
    if (!ttl)
        return apache::never;
    constexpr double longest = 1e9; // seconds, about thirty years
    if (!(*ttl > 0 && *ttl <= longest))
        py::raise(PyExc_ValueError, "a time to live is a number of seconds above 0");
    return apache::now() + static_cast<apache::Moment>(*ttl * 1000 + 0.5);
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

/// Runs `work(table)` under the lock. It is never attached while it waits for the lock, and never waits for Python
/// while it holds the lock.
template <class Work> auto SharedDict::locked(Work work) const {
    if (const apache::Shared::Hold hold(*shared, std::try_to_lock); hold.is_held())
        return work(hold.table());
    return py::while_detached([&] {
        const apache::Shared::Hold hold(*shared);
        return work(hold.table());
    });
}

void SharedDict::raise_full(std::string_view key) const {
    py::raise(state->shared_full, "no room for '%.100s': the shared dictionary '%s' of %zu bytes is full",
              std::string(key).c_str(), name(), size());
}

/// Asks again as long as entries have expired, and releases the lock in between, so that other threads get it.
template <class Ask> std::size_t SharedDict::without_expired(Ask ask) const {
    for (;;) {
        const auto answer = locked([&](apache::SharedTable &table) {
            return table.drop_expired(apache::now()) ? std::optional(ask(table)) : std::nullopt;
        });
        if (answer)
            return *answer;
    }
}

std::size_t SharedDict::free() const { return without_expired(std::mem_fn(&apache::SharedTable::free_bytes)); }

py::ref SharedDict::get(py::text key, std::optional<py::ref> absent) const {
    const auto found = locked([&](apache::SharedTable &table) -> std::optional<apache::Value> {
        const auto entry = table.find(key, apache::now());
        return entry == 0 ? std::nullopt : std::optional(table.value(entry));
    });
    if (found)
        return object_from(*found);
    return absent ? std::move(*absent) : py::none();
}

void SharedDict::set(py::text key, py::ref value, std::optional<double> ttl) {
    const apache::Value data = value_from(value);
    const apache::Moment expires = after(ttl);
    if (!locked([&](apache::SharedTable &table) { return table.put(key, data, expires, apache::now()); }))
        raise_full(key);
}

bool SharedDict::add(py::text key, py::ref value, std::optional<double> ttl) {
    enum class Outcome { added, exists, full };
    const apache::Value data = value_from(value);
    const apache::Moment expires = after(ttl);
    const Outcome outcome = locked([&](apache::SharedTable &table) {
        const apache::Moment at = apache::now();
        if (table.find(key, at) != 0)
            return Outcome::exists;
        return table.put(key, data, expires, at) ? Outcome::added : Outcome::full;
    });
    if (outcome == Outcome::full)
        raise_full(key);
    return outcome == Outcome::added;
}

bool SharedDict::remove(py::text key) {
    return locked([&](apache::SharedTable &table) { return table.erase(key, apache::now()); });
}

namespace {

struct Increment {
    enum class Outcome { done, wrong_type, overflow, full } outcome;
    std::int64_t number = 0;
};

Increment add_up(std::int64_t one, std::int64_t other) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(one, other, &sum))
        return {Increment::Outcome::overflow};
    return {Increment::Outcome::done, sum};
}

Increment increment(
    apache::SharedTable &table, std::string_view key, std::int64_t amount, std::int64_t init, apache::Moment expires) {
    const apache::Moment at = apache::now();
    if (const auto entry = table.find(key, at); entry != 0) {
        const apache::Value known = table.value(entry);
        if (known.kind != apache::Value::Kind::number)
            return {Increment::Outcome::wrong_type};
        const Increment sum = add_up(known.number, amount);
        if (sum.outcome == Increment::Outcome::done)
            table.set_number(entry, sum.number);
        return sum;
    }
    const Increment sum = add_up(init, amount);
    if (sum.outcome == Increment::Outcome::done &&
        !table.put(key, {.kind = apache::Value::Kind::number, .data = {}, .number = sum.number}, expires, at))
        return {Increment::Outcome::full};
    return sum;
}

} // namespace

std::int64_t SharedDict::incr(py::text key,
                              std::optional<std::int64_t> amount,
                              std::optional<std::int64_t> init,
                              std::optional<double> ttl) {
    const apache::Moment expires = after(ttl);
    const Increment result = locked([&](apache::SharedTable &table) {
        return increment(table, key, amount.value_or(1), init.value_or(0), expires);
    });
    switch (result.outcome) {
    case Increment::Outcome::full:
        raise_full(key);
    case Increment::Outcome::wrong_type:
        py::raise(PyExc_TypeError, "'%.100s' holds no int", std::string(key.view()).c_str());
    case Increment::Outcome::overflow:
        py::raise(PyExc_OverflowError, "'%.100s' would leave the range of 64 bits", std::string(key.view()).c_str());
    case Increment::Outcome::done:
        break;
    }
    return result.number;
}

/// None for an entry that does not expire.
py::ref SharedDict::ttl(py::text key) const {
    const apache::Moment at = apache::now();
    const auto expires = locked([&](apache::SharedTable &table) -> std::optional<apache::Moment> {
        const auto entry = table.find(key, at);
        return entry == 0 ? std::nullopt : std::optional(table.expires(entry));
    });
    if (!expires)
        raise_missing(key.view());
    return *expires == apache::never ? py::none() : py::to_python(static_cast<double>(*expires - at) / 1000);
}

py::ref SharedDict::keys() const {
    const apache::Moment at = apache::now();
    py::ref list = py::check(PyList_New(0));
    std::uint32_t bucket = 0;
    do {
        std::vector<std::string> names;
        bucket = locked([&](apache::SharedTable &table) {
            return table.some_keys(bucket, at, [&](std::string key) { names.push_back(std::move(key)); });
        });
        for (const std::string &key : names)
            py::check(PyList_Append(list.get(), py::to_python(std::string_view(key)).get()));
    } while (bucket != 0);
    return list;
}

void SharedDict::clear() {
    locked([](apache::SharedTable &table) { table.clear(); });
}

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
    const py::text name(key);
    return locked([&](apache::SharedTable &table) { return table.find(name, apache::now()) != 0; });
}

Py_ssize_t SharedDict::count() const {
    return static_cast<Py_ssize_t>(without_expired(std::mem_fn(&apache::SharedTable::count)));
}

py::ref SharedDict::show(State &state, apache::Shared *shared) {
    auto *view = py::make<SharedDict>(state.shared_dict);
    view->state = &state;
    view->shared = shared;
    return py::ref::steal(view);
}

namespace {

PyObject *represent(PyObject *self) noexcept {
    const auto &dict = *static_cast<SharedDict *>(self);
    return PyUnicode_FromFormat("<SharedDict %s of %zu bytes>", dict.name(), dict.size());
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
    py::property<&SharedDict::size>("size", "Its size in PyHookShared, in bytes."),
    py::property<&SharedDict::free>("free", "About how many bytes are free."),
    {},
};

auto slots = py::mapping_slots<SharedDict>(
    py::slot(Py_tp_dealloc, &py::deallocate<SharedDict>),
    py::slot(Py_tp_repr, &represent),
    py::slot(Py_tp_methods, methods),
    py::slot(Py_tp_getset, properties),
    PyType_Slot{Py_tp_doc, const_cast<char *>("A dictionary that all children of the server share (PyHookShared).")});

PyType_Spec spec = {"_pyhook.SharedDict", sizeof(SharedDict), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                    slots.data()};

} // namespace

void add_shared_dict_type(State &state, py::borrowed module) { state.shared_dict = py::add_type(module, spec); }

} // namespace pyhook
