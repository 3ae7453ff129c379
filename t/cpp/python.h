// t/cpp/python.h: Python for one unit test. It starts at the first call.
#pragma once

#include "py/attach.h"
#include "py/bind.h"
#include "py/runtime.h"

#include <gtest/gtest.h>

namespace test {

/// The runtime of the process. Its interpreters can `import sample`.
py::Runtime &runtime();

/// Runs statements in `__main__` of the attached interpreter. Throws py::error.
void run(const char *statements);

/// The value of an expression in `__main__`.
py::ref eval(const char *expression);
std::string eval_text(const char *expression);

/// Takes the pending exception and gives it as "Type: text".
std::string taken();

/// The exception of `body` as "Type: text", or "" if it raises nothing.
template <class Body> std::string raised(Body &&body) {
    try {
        body();
    } catch (const py::error &) {
        return taken();
    }
    return "";
}

/// Attaches the thread to the main interpreter during a test.
class Python : public ::testing::Test {
protected:
    py::attached here{runtime().main()};
};

} // namespace test
