// types/server.h: pyhook.Server, a server_rec: the main server or a virtual host. It lives as long as the process.
#pragma once

#include "apache/httpd.h"

#include "types/state.h"

namespace pyhook {

struct Server : PyObject {
    State *state;
    server_rec *s;

    void check_usable() const noexcept {}
    server_rec *record() const noexcept { return s; }

    const char *scheme() const;
    int port() const;
    bool is_virtual() const;
    std::string_view log_level() const;
    double timeout() const;
    bool keep_alive() const;
    double keep_alive_timeout() const;
    std::string_view path() const;
    py::ref names() const;
    py::ref wild_names() const;
    py::ref next() const;
    py::ref options() const;
    void log(py::text message, std::optional<py::text> level) const;

    void drop() noexcept {}

    static py::ref show(State &state, server_rec *s);
};

/// The httpd level of a name, "warn" for example; `info` if there is no name. Throws ValueError.
int level_from(const std::optional<py::text> &name);

void add_server_type(State &state, py::borrowed module);

} // namespace pyhook
