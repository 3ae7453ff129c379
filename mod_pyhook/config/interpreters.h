// config/interpreters.h: PyHookInterpreter NAME key=value…: the interpreters that a configuration defines.
#pragma once

#include "apache/httpd.h"

#include <string>

namespace pyhook {

/// An environment, or none.
struct Home {
    const char *root = nullptr;       // the top of it
    const char *executable = nullptr; // its bin/python
};

/// What an interpreter or a group of processes gives to its Python code.
struct Surroundings {
    apr_array_header_t *path;    // of const char *
    apr_array_header_t *imports; // of const char *, imported before the first request
    apr_table_t *environment;    // in its os.environ

    explicit Surroundings(apr_pool_t *pool)
        : path(apr_array_make(pool, 1, sizeof(const char *))), imports(apr_array_make(pool, 1, sizeof(const char *))),
          environment(apr_table_make(pool, 1)) {}
};

struct InterpreterDefinition : Surroundings {
    const char *name;
    bool own_gil = false;
    int count = 1; // members of the pool
    Home home;     // a virtual environment of its own

    InterpreterDefinition(apr_pool_t *pool, const char *name) : Surroundings(pool), name(name) {}

    /// The name of a member of the pool: "shop", or "shop/1" to "shop/4" where there are several.
    std::string member_name(int number) const {
        return count == 1 ? std::string(name) : name + ("/" + std::to_string(number));
    }
};

/// The interpreter for calls that no directive sends to another one. It is not among the defined ones.
inline constexpr int main_interpreter = 0;

/// The position by which DirConfig::interpreter names an interpreter, or -1.
int interpreter_position(const apr_array_header_t *defined, const char *name);

} // namespace pyhook
