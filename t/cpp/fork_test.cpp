#include "python.h"

#include <atomic>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

using test::eval_text;
using test::runtime;

int status_of_child(auto body) {
    const pid_t child = fork();
    if (child == 0)
        _exit(body() ? 0 : 1);
    int status = -1;
    waitpid(child, &status, 0);
    return status;
}

bool runs_python() {
    const py::attached here(runtime().main());
    return eval_text("1 + 1") == "2" && !py::forked();
}

/// Other threads compute and queue for the GIL meanwhile, so that the fork finds locks held.
TEST(Fork, AProgramsOwnChildGoesOnWithPythonAndThreads) {
    py::go_on_after_forks(runtime().main());
    std::atomic<bool> done = false;
    std::vector<std::thread> others;
    for (int number = 0; number < 4; ++number)
        others.emplace_back([&] {
            while (!done)
                EXPECT_TRUE(runs_python());
        });
    for (int round = 0; round < 50; ++round)
        EXPECT_EQ(status_of_child([] {
                      bool right = runs_python();
                      std::thread([&] { right = right && runs_python(); }).join();
                      return right;
                  }),
                  0);
    done = true;
    for (std::thread &each : others)
        each.join();
    EXPECT_TRUE(runs_python());
}

TEST(Fork, WhatPythonCodeForksIsStillRecognised) {
    py::go_on_after_forks(runtime().main());
    const py::attached here(runtime().main());
    test::run("import os\nchild = os.fork()");
    if (eval_text("child") == "0")
        _exit(py::forked() ? 0 : 1);
    EXPECT_EQ(eval_text("os.waitpid(child, 0)[1]"), "0");
    EXPECT_FALSE(py::forked());
}

} // namespace
