// py/bind.h: makes typed C++ functions Python methods and properties, each behind one trampoline.
#pragma once

#include "py/convert.h"
#include "py/version.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <tuple>
#include <type_traits>

namespace py {

/// A string literal as a template argument.
template <std::size_t size> struct literal {
    char text[size];

    consteval literal(const char (&source)[size]) { std::copy_n(source, size, text); } // NOLINT
    constexpr std::string_view view() const { return {text, size - 1}; }
};

/// Gives what a call holds while it uses the object. `check_usable()` throws if the object may not be used. If a call
/// could end the object, the result keeps it usable.
template <class Object> auto use_of(Object &object) {
    object.check_usable();
    if constexpr (requires { object.stay(); })
        return object.stay();
    else
        return nullptr;
}

namespace detail {

/// Takes a signature "read(size=-1)" and a docstring apart for PyMethodDef, at compile time.
template <literal signature, literal doc> struct described {
    static constexpr std::string_view whole = signature.view();
    static constexpr std::size_t open = [] { // std::find is not constant for g++ 12 with -fsanitize=undefined
        std::size_t at = 0;
        while (at < whole.size() && whole[at] != '(')
            ++at;
        return at;
    }();
    static constexpr std::string_view parameters = whole.substr(open + 1, whole.size() - open - 2);
    static_assert(open != whole.size() && whole.ends_with(')'), "write name(parameters)");

    static constexpr auto make_name() {
        std::array<char, open + 1> name{};
        std::copy_n(whole.data(), open, name.data());
        return name;
    }

    static constexpr auto make_doc() {
        constexpr std::string_view self = parameters.empty() ? "($self" : "($self, ";
        constexpr std::string_view end = ")\n--\n\n";
        std::array<char, open + self.size() + parameters.size() + end.size() + doc.view().size() + 1> out{};
        char *at = out.data();
        for (const std::string_view part : {whole.substr(0, open), self, parameters, end, doc.view()})
            at = std::copy_n(part.data(), part.size(), at);
        return out;
    }

    static constexpr auto name = make_name();
    static constexpr auto text = make_doc();
};

/// Sorts positional and keyword arguments into `slots`, by the parameter names of `parameters`. Throws TypeError.
void sort_arguments(const char *name,
                    std::string_view parameters,
                    std::span<PyObject *> slots,
                    PyObject *const *given,
                    Py_ssize_t count,
                    maybe keywords);

[[noreturn]] void raise_missing(const char *name, std::size_t index);

template <class T> inline constexpr bool is_optional = false;
template <class T> inline constexpr bool is_optional<std::optional<T>> = true;

template <class T> T convert(const char *name, std::size_t index, PyObject *object) {
    if (object != nullptr)
        return from_python<T>(object);
    if constexpr (is_optional<T>)
        return std::nullopt;
    else
        raise_missing(name, index);
}

template <class Invoke> ref invoke(Invoke &&call) {
    if constexpr (std::is_void_v<std::invoke_result_t<Invoke>>) {
        call();
        return none();
    } else {
        return to_python(call());
    }
}

template <class Function> struct traits;
template <class R, class C, class... A> struct traits<R (C::*)(A...)> {
    using self = C;
    using arguments = std::tuple<std::remove_cvref_t<A>...>;
};
template <class R, class C, class... A> struct traits<R (C::*)(A...) const> : traits<R (C::*)(A...)> {};
template <class R, class... A> struct traits<R (*)(borrowed, A...)> {
    using self = void;
    using arguments = std::tuple<std::remove_cvref_t<A>...>;
};

template <auto function, class Described> struct trampoline {
    using kind = traits<decltype(function)>;
    using arguments = typename kind::arguments;
    static constexpr std::size_t arity = std::tuple_size_v<arguments>;

    static PyObject *call(PyObject *self, PyObject *const *given, Py_ssize_t count, PyObject *keywords) noexcept {
        return guarded<PyObject *>(nullptr, [&] {
            std::array<PyObject *, arity> slots{};
            sort_arguments(Described::name.data(), Described::parameters, slots, given, count, keywords);
            return apply(self, slots, std::make_index_sequence<arity>()).release();
        });
    }

    template <std::size_t... I>
    static ref apply(PyObject *self, [[maybe_unused]] std::array<PyObject *, arity> &slots, std::index_sequence<I...>) {
        [[maybe_unused]] const char *name = Described::name.data();
        arguments values{convert<std::tuple_element_t<I, arguments>>(name, I, slots[I])...};
        return invoke([&]() -> decltype(auto) {
            if constexpr (std::is_void_v<typename kind::self>) {
                return function(self, std::move(std::get<I>(values))...);
            } else {
                auto &object = *static_cast<typename kind::self *>(self);
                [[maybe_unused]] const auto use = use_of(object);
                return (object.*function)(std::move(std::get<I>(values))...);
            }
        });
    }
};

/// Casts a function pointer to PyCFunction through a neutral type, so that the compiler does not warn.
template <class To, class From> To function_cast(From function) noexcept {
    return reinterpret_cast<To>(reinterpret_cast<void (*)()>(function));
}

} // namespace detail

/// A row of a method table: `method<&Request::read, "read(size=-1)", "Read the body.">()`. A parameter that may be left
/// out has a std::optional type. The object's `check_usable()` runs first and may throw.
template <auto function, literal signature, literal doc> PyMethodDef method() {
    using described = detail::described<signature, doc>;
    using call = detail::trampoline<function, described>;
    return {described::name.data(), detail::function_cast<PyCFunction>(&call::call), METH_FASTCALL | METH_KEYWORDS,
            described::text.data()};
}

namespace detail {

template <auto get> PyObject *get_property(PyObject *self, void *) noexcept {
    return guarded<PyObject *>(nullptr, [&] {
        auto &object = *static_cast<typename traits<decltype(get)>::self *>(self);
        [[maybe_unused]] const auto use = use_of(object);
        return to_python((object.*get)()).release();
    });
}

template <auto set> int set_property(PyObject *self, PyObject *value, void *) noexcept {
    return guarded(-1, [&] {
        using kind = traits<decltype(set)>;
        auto &object = *static_cast<typename kind::self *>(self);
        [[maybe_unused]] const auto use = use_of(object);
        if (value == nullptr)
            raise(PyExc_AttributeError, "this attribute can't be deleted");
        (object.*set)(from_python<std::tuple_element_t<0, typename kind::arguments>>(value));
        return 0;
    });
}

} // namespace detail

/// A row of a property table, read-only or with a setter.
template <auto get> PyGetSetDef property(const char *name, const char *doc) {
    return {name, &detail::get_property<get>, nullptr, doc, nullptr};
}
template <auto get, auto set> PyGetSetDef property(const char *name, const char *doc) {
    return {name, &detail::get_property<get>, &detail::set_property<set>, doc, nullptr};
}

/// A slot of PyType_Spec.
template <class Function> PyType_Slot slot(int id, Function function) {
    return {id, reinterpret_cast<void *>(function)};
}

/// Joins the rows of the groups and the end mark into one array, because CPython takes one array for each type.
template <class Row> Row *joined(std::initializer_list<std::span<Row>> groups) {
    auto *rows = new std::vector<Row>(); // lives as long as the type, which is as long as the process
    for (const auto group : groups)
        rows->insert(rows->end(), group.begin(), group.end());
    rows->push_back({});
    return rows->data();
}

/// Makes the heap type of `spec` and adds it to `module` under its own name. The caller also gets it.
PyTypeObject *add_type(borrowed module, PyType_Spec &spec);

/// Makes the heap type of `spec`, which no module shows. The caller owns it.
PyTypeObject *make_type(PyType_Spec &spec);

/// A new, zeroed object of a type made by add_type. Its C++ fields must be trivial, because nobody constructs or
/// destroys them.
template <class Object> Object *make(PyTypeObject *type) {
    static_assert(std::is_trivially_destructible_v<Object>);
    PyObject *made = type->tp_alloc(type, 0);
    if (made == nullptr) { // no py::error, which only functions called by Python could take
        PyErr_Clear();
        throw std::bad_alloc();
    }
    return static_cast<Object *>(made);
}

/// The memory of one object, for a type whose objects come and go all the time. Used by attached threads; without a GIL
/// it stays empty.
class Spare {
public:
    /// Like py::make.
    template <class Object> Object *make(PyTypeObject *type) {
        PyObject *memory = std::exchange(memory_, nullptr);
        if (memory == nullptr)
            return py::make<Object>(type);
        std::memset(static_cast<void *>(memory + 1), 0, sizeof(Object) - sizeof(PyObject));
        return static_cast<Object *>(PyObject_Init(memory, type));
    }

    /// For an object that nobody refers to any more, instead of tp_free.
    void take(PyObject *object) noexcept {
        if (version::has_gil && is_open_ && memory_ == nullptr)
            memory_ = object;
        else
            PyObject_Free(object);
    }

    /// From now on it takes nothing, because the interpreter is about to end.
    void close() noexcept {
        is_open_ = false;
        PyObject_Free(std::exchange(memory_, nullptr));
    }

private:
    PyObject *memory_ = nullptr;
    bool is_open_ = true;
};

/// tp_dealloc of an object made by `make`, or by the Spare that `Object::spare_of` gives. `Object::drop()` first gives
/// up what the object owns.
template <class Object> void deallocate(PyObject *self) noexcept {
    PyTypeObject *type = Py_TYPE(self);
    auto &object = *static_cast<Object *>(self);
    object.drop();
    if constexpr (requires { Object::spare_of(*object.state); })
        Object::spare_of(*object.state).take(self);
    else
        type->tp_free(self);
    Py_DECREF(type);
}

/// Calls with positional arguments. The caller owns the result.
template <class... Arguments> ref call(borrowed callable, const Arguments &...arguments) {
    PyObject *stack[] = {nullptr, static_cast<PyObject *>(borrowed(arguments))...};
    return check(
        PyObject_Vectorcall(callable, stack + 1, sizeof...(arguments) | PY_VECTORCALL_ARGUMENTS_OFFSET, nullptr));
}

inline ref attribute(borrowed object, const char *name) { return check(PyObject_GetAttrString(object, name)); }

inline ref import(const char *module) { return check(PyImport_ImportModule(module)); }

} // namespace py
