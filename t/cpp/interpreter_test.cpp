#include "python.h"

#include <thread>

namespace {

using test::eval_text;
using test::runtime;

std::string in(py::Interpreter &interpreter, const char *expression) {
    const py::attached here(interpreter);
    return eval_text(expression);
}

TEST(Interpreter, MainAndNamedOnesShareOneInterface) {
    py::Interpreter &shop = runtime().add({.name = "shop"});
    EXPECT_EQ(runtime().main().name(), "main");
    EXPECT_EQ(shop.name(), "shop");
    for (py::Interpreter *each : {&runtime().main(), &shop}) {
        const py::attached here(*each);
        EXPECT_EQ(py::Interpreter::current(), each);
        EXPECT_TRUE(each->is_attached());
        EXPECT_EQ(eval_text("1 + 1"), "2");
    }
}

TEST(Interpreter, StartsWithThePathItWasGiven) {
    EXPECT_EQ(in(runtime().main(), "__import__('sys').path[:2]"), "['/first', '/second']");
    EXPECT_EQ(in(runtime().add({.name = "shop"}), "__import__('sys').path[:2]"), "['/first', '/second']");
}

TEST(Interpreter, IsIsolatedFromTheEnvironment) {
    setenv("PYTHONPATH", "/from/the/environment", 1);
    EXPECT_EQ(in(runtime().main(), "'/from/the/environment' in __import__('sys').path"), "False");
    EXPECT_EQ(in(runtime().main(), "__import__('sys').flags.utf8_mode"), "1");
}

TEST(Interpreter, LeavesSignalsToHttpd) {
    runtime();
    for (const int number : {SIGINT, SIGTERM, SIGPIPE, SIGHUP}) {
        struct sigaction now {};
        sigaction(number, nullptr, &now);
        EXPECT_EQ(now.sa_handler, SIG_DFL) << number;
    }
}

TEST(Interpreter, ModuleInTwoInterpretersHasSeparateState) {
    py::Interpreter &shop = runtime().add({.name = "shop"});
    EXPECT_EQ(in(runtime().main(), "[__import__('sample').count() for _ in range(3)]"), "[1, 2, 3]");
    EXPECT_EQ(in(shop, "__import__('sample').count()"), "1");
    EXPECT_EQ(in(runtime().main(), "__import__('sample').count()"), "4");
    EXPECT_NE(in(shop, "id(__import__('sample').Sample)"), in(runtime().main(), "id(__import__('sample').Sample)"));
}

TEST(Interpreter, PreparesEachNewOneAndReportsAFailure) {
    EXPECT_THROW(py::Runtime({.executable = PYHOOK_PYTHON_EXECUTABLE, .path = {}},
                             [](py::Interpreter &) { throw py::start_error("not today"); }),
                 py::start_error);
    EXPECT_EQ(py::Interpreter::current(), nullptr) << "the failed start left nothing attached";
}

TEST(Interpreter, RefusesAnExecutableThatHasNoLibrary) {
    try {
        const py::Runtime broken({.executable = "/nonexistent/bin/python3", .path = {}}, [](py::Interpreter &) {});
        const py::attached here(const_cast<py::Runtime &>(broken).main());
        EXPECT_FALSE(eval_text("__import__('sys').prefix").empty()) << "CPython falls back to its own prefix";
    } catch (const py::start_error &failure) {
        EXPECT_STRNE(failure.what(), "");
    }
}

/// What a C extension does when it calls back (ctypes, sqlite3): it asks for "the" state of the thread.
TEST(Interpreter, GilStateFindsTheInterpreterThatRuns) {
    py::Interpreter &main = runtime().main();
    py::Interpreter &shop = runtime().add({.name = "shop"});
    std::thread([&] {
        for (py::Interpreter *each : {&shop, &main, &shop}) {
            const py::attached here(*each);
            PyInterpreterState *const wanted = PyInterpreterState_Get();
            const py::detached away;
            const PyGILState_STATE held = PyGILState_Ensure();
            EXPECT_EQ(PyInterpreterState_Get(), wanted) << each->name();
            PyGILState_Release(held);
        }
    }).join();
}

} // namespace
