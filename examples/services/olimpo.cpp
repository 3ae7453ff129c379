#include "olimpo.h"

#include "py/bind.h"
#include "py/version.h"

#include <iterator>

#include "py/poison.h"

namespace services {

namespace {

Plugins *served = nullptr;

Plugin &plugin_here() {
    Plugin *plugin = Plugins::current();
    if (plugin == nullptr)
        py::raise(PyExc_RuntimeError, "this is for inicio() and for callbacks, on the thread that called them");
    return *plugin;
}

py::text line_of(py::text text) {
    if (!Chat::is_line(text.view()))
        py::raise(PyExc_ValueError, "a message is one line, without CR, LF and NUL");
    return text;
}

py::ref callable_of(py::ref object) {
    if (PyCallable_Check(object.get()) == 0)
        py::raise(PyExc_TypeError, "the callback is a %.100s, which can't be called", Py_TYPE(object.get())->tp_name);
    return object;
}

void comentario_modulo(py::borrowed, py::text comment) {
    Plugin &plugin = plugin_here();
    served->describe(plugin, line_of(std::move(comment)).view());
}

void especifica_fin(py::borrowed, py::ref callback) { plugin_here().at_end = callable_of(std::move(callback)); }

Handle nuevo_nick(py::borrowed, py::text nick, py::text flags, py::ref callback) {
    Plugin &plugin = plugin_here();
    if (!Chat::is_nick(nick.view()))
        py::raise(PyExc_ValueError, "a nick has 1 to 32 letters, digits, - and _");
    return served->register_service(plugin, {.nick = std::string(nick.view()),
                                             .flags = std::string(line_of(std::move(flags)).view()),
                                             .callback = callable_of(std::move(callback))});
}

std::string nick_of(Handle handle) {
    const std::optional<std::string> nick = served->chat().nick_of(handle);
    if (!nick)
        py::raise(PyExc_ValueError, "nobody has the handle %ld", handle);
    return *nick;
}

py::ref nick(py::borrowed, Handle handle) { return py::to_python(std::string_view(nick_of(handle))); }

void envia_nick(py::borrowed, Handle from, Handle to, py::text message) {
    const py::text line = line_of(std::move(message));
    if (!served->chat().say(nick_of(from), to, line))
        py::raise(PyExc_ValueError, "the handle %ld is no client's", to);
}

PyMethodDef functions[] = {
    py::method<&comentario_modulo, "comentario_modulo(comentario)", "What the list of plug-ins says of this one.">(),
    py::method<&especifica_fin, "especifica_fin(callback)", "Called without arguments before the plug-in goes.">(),
    py::method<
        &nuevo_nick,
        "nuevo_nick(nick, flags, callback)",
        "Register a nick and give its handle. `callback(handle, remitente, mensaje)` gets what is said to it: two "
        "handles and a str.">(),
    py::method<&envia_nick, "envia_nick(handle, destinatario, mensaje)", "Say a line to a client, in a nick's name.">(),
    py::method<&nick, "nick(handle)", "The nick of a handle.">(),
    {},
};

int execute(PyObject *) noexcept { return 0; }

PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "Olimpo", "The chat, for its plug-ins.", 0, functions, nullptr, nullptr, nullptr, nullptr};

PyObject *initialise() noexcept {
    static PyModuleDef_Slot slots[1 + std::size(py::version::module_slots_end)] = {
        {Py_mod_exec, reinterpret_cast<void *>(&execute)}};
    std::copy(std::begin(py::version::module_slots_end), std::end(py::version::module_slots_end), slots + 1);
    definition.m_slots = slots;
    return PyModuleDef_Init(&definition);
}

} // namespace

void offer_olimpo() { PyImport_AppendInittab("Olimpo", &initialise); }

void serve_plugins(Plugins &plugins) { served = &plugins; }

} // namespace services
