// t/cpp/python.h: Python for one unit test, started at the first call, and what tests say in it.
#pragma once

#include "py/attach.h"
#include "py/bind.h"
#include "py/runtime.h"

#include <gtest/gtest.h>

namespace test {

/// The process's runtime. Its interpreters can `import sample`.
py::Runtime &runtime();

/// Runs statements in `__main__` of the attached interpreter; throws py::error.
void run(const char *statements);

/// The value of an expression there.
py::ref eval(const char *expression);
std::string eval_text(const char *expression);

/// The pending exception as "Type: text", taken.
std::string taken();

/// "Type: text" of what `body` raises, or "" if it raises nothing.
template <class Body> std::string raised(Body &&body) {
    try {
        body();
    } catch (const py::error &) {
        return taken();
    }
    return "";
}

/// Attached to the main interpreter for the length of a test.
class Python : public ::testing::Test {
protected:
    py::attached here{runtime().main()};
};

} // namespace test
