#include "py/version.h"

#include "python.h"

#include <atomic>
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

TEST(Interpreter, StartsWithSite) {
    for (py::Interpreter *each : {&runtime().main(), &runtime().add({.name = "shop"})}) {
        EXPECT_EQ(in(*each, "__import__('sys').flags.no_site"), "0");
        EXPECT_EQ(in(*each, "'site' in __import__('sys').modules"), "True");
    }
}

TEST(Interpreter, StartsInItsEnvironmentAndTheNextInTheMainOne) {
    const std::string of_main = in(runtime().main(), "__import__('sys').executable");
    const py::Environment elsewhere = {.prefix = "/nowhere", .executable = "/nowhere/bin/python3"};
    EXPECT_EQ(in(runtime().add({.name = "shop", .environment = elsewhere}), "__import__('sys').executable"),
              "/nowhere/bin/python3");
    EXPECT_EQ(in(runtime().add({.name = "farm"}), "__import__('sys').executable"), of_main);
    EXPECT_EQ(in(runtime().main(), "__import__('sys').executable"), of_main);
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

TEST(Interpreter, RefusesAPythonThatSomebodyElseHasStarted) {
    runtime();
    try {
        const py::Runtime second({.executable = PYHOOK_PYTHON_EXECUTABLE, .path = {}}, [](py::Interpreter &) {});
        FAIL() << "a second start would end the process";
    } catch (const py::start_error &failure) {
        EXPECT_EQ(std::string(failure.what()).find("another module of the server has started it"), 0) << failure.what();
    }
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

/// A C extension that calls back (ctypes, sqlite3) asks for "the" thread state of the thread.
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

/// An interpreter ends with its thread states, those of other threads too, and the next interpreter takes its place.
TEST(Interpreter, EndsWhileThreadsKeepStatesOfIt) {
    py::Runtime &python = runtime();
    std::atomic<py::Interpreter *> shop = nullptr;
    std::atomic<int> round = 0;
    const auto wait_while = [&](int seen) {
        while (round.load() == seen)
            std::this_thread::yield();
    };
    std::thread worker([&] {
        for (int seen = 0; seen < 5; ++seen) {
            wait_while(seen);
            EXPECT_EQ(in(*shop, "__import__('sample').count()"), "1");
            EXPECT_EQ(in(python.main(), "1"), "1");
            EXPECT_EQ(in(*shop, "__import__('threading').active_count()"), "1");
            shop = nullptr;
        }
        wait_while(5); // while a thread ends, it keeps the interpreter of its thread state
    });
    for (int made = 0; made < 5; ++made) {
        py::Interpreter &added = python.add({.name = "shop", .replaceable = true});
        shop = &added;
        ++round;
        while (shop.load() != nullptr)
            std::this_thread::yield();
        EXPECT_TRUE(python.end(added, [](py::Interpreter &) {}));
    }
    ++round;
    worker.join();
    EXPECT_EQ(in(python.main(), "2"), "2");
}

TEST(Interpreter, DoesNotEndUnderItsOwnThreads) {
    py::Interpreter &shop = runtime().add({.name = "shop", .replaceable = true});
    in(shop, "globals().update(gate=__import__('threading').Event())");
    in(shop, "__import__('threading').Thread(target=gate.wait, daemon=True).start()");
    const auto nothing = [](py::Interpreter &) {};
    EXPECT_FALSE(runtime().end(shop, nothing));
    in(shop, "gate.set()");
    while (!runtime().end(shop, nothing))
        std::this_thread::yield();
}

TEST(Interpreter, EndsWithALockOfItsOwnAlthoughOthersHaveLoadedDatetime) {
    if (!py::version::own_gil)
        GTEST_SKIP() << "this Python has no usable GIL per interpreter";
    std::vector<py::Interpreter *> crowd;
    for (int made = 0; made < 4; ++made)
        crowd.push_back(&runtime().add({.name = "crowd", .own_gil = true, .replaceable = true}));
    for (py::Interpreter *each : crowd)
        EXPECT_EQ(in(*each, "__import__('datetime').timedelta(1).days"), "1");
    for (py::Interpreter *each : crowd)
        EXPECT_TRUE(runtime().end(*each, [](py::Interpreter &) {}));
    EXPECT_EQ(in(runtime().main(), "__import__('datetime').timedelta(2).days"), "2");
}

} // namespace
