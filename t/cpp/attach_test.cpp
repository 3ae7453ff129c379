#include "python.h"

#include <atomic>
#include <thread>

namespace {

using test::eval_text;
using test::runtime;

TEST(Attach, NestsWithinOneInterpreter) {
    py::Interpreter &main = runtime().main();
    const py::attached outer(main);
    PyThreadState *const state = PyThreadState_Get();
    {
        const py::attached inner(main);
        EXPECT_EQ(PyThreadState_Get(), state);
    }
    EXPECT_EQ(py::Interpreter::current(), &main);
    EXPECT_EQ(PyThreadState_Get(), state);
}

TEST(Attach, NestsAcrossInterpreters) {
    py::Interpreter &main = runtime().main();
    py::Interpreter &shop = runtime().add({.name = "shop"});
    const py::attached first(main);
    PyThreadState *const state = PyThreadState_Get();
    test::run("where = 'main'");
    {
        const py::attached second(shop);
        test::run("where = 'shop'");
        {
            const py::attached third(main);
            EXPECT_EQ(PyThreadState_Get(), state) << "one state per thread and interpreter";
            EXPECT_EQ(eval_text("where"), "main");
        }
        EXPECT_EQ(eval_text("where"), "shop");
    }
    EXPECT_EQ(eval_text("where"), "main");
    EXPECT_EQ(py::Interpreter::current(), &main);
}

TEST(Attach, DetachesAndComesBack) {
    py::Interpreter &main = runtime().main();
    const py::attached outer(main);
    const int answer = py::while_detached([&] {
        EXPECT_EQ(py::Interpreter::current(), nullptr);
        {
            const py::attached again(main);
            EXPECT_EQ(eval_text("1"), "1");
        }
        EXPECT_EQ(py::Interpreter::current(), nullptr);
        const py::detached twice; // already detached: nothing happens
        return 42;
    });
    EXPECT_EQ(answer, 42);
    EXPECT_EQ(py::Interpreter::current(), &main);
    EXPECT_EQ(eval_text("2"), "2");
}

TEST(Attach, ComesBackWhenTheBlockingCallThrows) {
    py::Interpreter &main = runtime().main();
    const py::attached outer(main);
    EXPECT_THROW(py::while_detached([]() -> int { throw std::runtime_error("x"); }), std::runtime_error);
    EXPECT_EQ(py::Interpreter::current(), &main);
    EXPECT_EQ(eval_text("2"), "2");
}

TEST(Attach, DetachedLetsOtherThreadsIn) {
    const py::attached here(runtime().main());
    py::while_detached([] {
        std::thread([] {
            const py::attached there(runtime().main());
            EXPECT_EQ(eval_text("1"), "1");
        }).join();
    });
}

TEST(Attach, KeepsAPendingErrorOfItsOwnInterpreter) {
    py::Interpreter &shop = runtime().add({.name = "shop"});
    const py::attached outer(runtime().main());
    PyErr_SetString(PyExc_KeyError, "mine");
    {
        const py::attached inner(shop);
        EXPECT_EQ(PyErr_Occurred(), nullptr);
    }
    EXPECT_EQ(test::taken(), "KeyError: 'mine'");
}

TEST(Attach, WorksFromManyThreadsInSeveralInterpreters) {
    py::Interpreter *const interpreters[] = {&runtime().main(), &runtime().add({.name = "shop"}),
                                             &runtime().add({.name = "blog"})};
    for (py::Interpreter *each : interpreters) {
        const py::attached here(*each);
        test::run("count = []");
    }
    constexpr int thread_count = 12;
    constexpr int rounds = 200;
    std::atomic<int> failures = 0;
    std::vector<std::thread> threads;
    for (int number = 0; number < thread_count; ++number)
        threads.emplace_back([&, number] {
            for (int round = 0; round < rounds; ++round) {
                const py::attached outer(*interpreters[(number + round) % 3]);
                test::run("count.append(1)"); // without a GIL, += would lose some
                const py::detached away;
                const py::attached inner(*interpreters[(number + round + 1) % 3]);
                failures += py::from_python<int>(test::eval("0 if len(count) >= 0 else 1"));
            }
        });
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_EQ(failures, 0);
    int total = 0;
    for (py::Interpreter *each : interpreters) {
        const py::attached here(*each);
        total += py::from_python<int>(test::eval("len(count)"));
    }
    EXPECT_EQ(total, thread_count * rounds);
}

/// Python's thread locals show that a thread state lives as long as its thread and ends with it.
TEST(Attach, KeepsOneStatePerThreadAndEndsItWithTheThread) {
    {
        const py::attached here(runtime().main());
        test::run("import threading, weakref; kept = threading.local(); gone = []\n"
                  "class Thing: pass\n");
    }
    std::thread([] {
        {
            const py::attached here(runtime().main());
            test::run("kept.it = Thing(); weakref.finalize(kept.it, gone.append, 'gone')");
        }
        const py::attached again(runtime().main());
        EXPECT_EQ(eval_text("kept.it.__class__.__name__"), "Thing");
    }).join();
    const py::attached here(runtime().main());
    EXPECT_EQ(eval_text("gone"), "['gone']");
}

struct Node : py::Retired {};

TEST(Attach, RetiredObjectsGoAtTheNextAttach) {
    py::Interpreter &main = runtime().main();
    std::vector<Node> nodes(3);
    std::vector<PyObject *> objects;
    {
        const py::attached here(main);
        for (std::size_t index = 0; index < nodes.size(); ++index)
            objects.push_back(PyList_New(0));
        test::run("kept = []");
        for (PyObject *object : objects)
            py::check(PyList_Append(test::eval("kept").get(), object));
    }
    std::thread([&] {
        for (std::size_t index = 0; index < nodes.size(); ++index)
            main.retire(nodes[index], objects[index]);
    }).join();
    const py::attached here(main);
    for (PyObject *object : objects)
        EXPECT_EQ(Py_REFCNT(object), 1) << "only the list's";
}

TEST(Attach, RetiresFromManyThreadsAtOnce) {
    py::Interpreter &main = runtime().main();
    constexpr int thread_count = 8;
    constexpr int each_count = 500;
    PyObject *shared = nullptr;
    {
        const py::attached here(main);
        shared = PyList_New(0);
        for (int index = 0; index < thread_count * each_count; ++index)
            static_cast<void>(py::ref::share(shared).release());
    }
    std::vector<Node> nodes(static_cast<std::size_t>(thread_count) * each_count);
    std::vector<std::thread> threads;
    for (int number = 0; number < thread_count; ++number)
        threads.emplace_back([&, number] {
            for (int index = 0; index < each_count; ++index) {
                main.retire(nodes[static_cast<std::size_t>(number) * each_count + index], shared);
                if (index % 100 == 0)
                    const py::attached here(main);
            }
        });
    for (std::thread &thread : threads)
        thread.join();
    const py::attached here(main);
    test::run("pass"); // without a GIL, the thread that made an object counts references dropped by others only when it
                       // runs Python code
    EXPECT_EQ(Py_REFCNT(shared), 1);
}

} // namespace
