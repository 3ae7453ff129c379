#include "py/exit.h"

#include "python.h"

#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;
using test::eval_text;
using test::runtime;

void in(py::Interpreter &interpreter, const char *statements) {
    const py::attached here(interpreter);
    test::run(statements);
}

auto after(std::chrono::milliseconds delay) { return std::chrono::steady_clock::now() + delay; }

/// It lives as long as the process, as in the module, because its thread does.
py::ExitThread &exit_thread(py::Runtime::Prepare before = [](py::Interpreter &) {}) {
    return *new py::ExitThread(runtime(), std::move(before));
}

TEST(Exit, RunsExitFunctionsOfEveryInterpreterAfterOurOwn) {
    py::Interpreter &shop = runtime().add({.name = "shop"});
    for (py::Interpreter *each : {&runtime().main(), &shop})
        in(*each, "import atexit; ran = []; atexit.register(ran.append, 'first'); atexit.register(ran.append, 'last')");
    py::ExitThread &thread = exit_thread([](py::Interpreter &) { test::run("ran.append('before')"); });
    EXPECT_TRUE(thread.run(after(5s)));
    for (py::Interpreter *each : {&runtime().main(), &shop}) {
        const py::attached here(*each);
        EXPECT_EQ(eval_text("ran"), "['before', 'last', 'first']") << each->name();
    }
}

TEST(Exit, AnExitFunctionThatRaisesKeepsNoOtherFromRunning) {
    in(runtime().main(), "import atexit, sys; ran = []; sys.unraisablehook = lambda it: ran.append('heard')\n"
                         "atexit.register(ran.append, 'first'); atexit.register(lambda: 1/0)");
    py::ExitThread &thread = exit_thread();
    EXPECT_TRUE(thread.run(after(5s)));
    const py::attached here(runtime().main());
    EXPECT_EQ(eval_text("ran"), "['heard', 'first']");
}

TEST(Exit, AFunctionThatNeverReturnsIsGivenUpAtTheDeadline) {
    in(runtime().main(), "import atexit, time\n"
                         "def for_ever():\n    while True: time.sleep(60)\n"
                         "atexit.register(for_ever)");
    py::ExitThread &thread = exit_thread();
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_FALSE(thread.run(after(200ms)));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

TEST(Exit, AHolderOfTheGilIsGivenUpAtTheDeadline) {
    py::ExitThread &thread = exit_thread();
    const py::attached here(runtime().main());
    EXPECT_FALSE(thread.run(after(60s))) << "this very thread holds it: there is nothing to wait for";
}

TEST(Exit, AForkedProcessRunsNothing) {
    py::ExitThread &thread = exit_thread();
    EXPECT_FALSE(py::forked());
    const pid_t child = fork();
    if (child == 0)
        _exit(py::forked() && !thread.run(after(60s)) ? 0 : 1);
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_FALSE(py::forked());
}

} // namespace
