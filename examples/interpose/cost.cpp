// interpose/cost.cpp: how long open with close, and stat, take; nanoseconds a call, the least of several rounds.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

template <class Call> double nanoseconds(int calls, Call call) {
    double least = 1e18;
    for (int round = 0; round < 7; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        for (int number = 0; number < calls; ++number)
            call();
        const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
        least = std::min(least, took.count() / calls);
    }
    return least;
}

} // namespace

/// cost FILE CALLS
int main(int, char **words) {
    const char *path = words[1];
    const int calls = std::atoi(words[2]);
    struct stat status {};
    char byte = 0;
    const int zero = ::open("/dev/zero", O_RDONLY);
    std::printf("open+close %.0f\n", nanoseconds(calls, [&] { ::close(::open(path, O_RDONLY)); }));
    std::printf("stat %.0f\n", nanoseconds(calls, [&] { ::stat(path, &status); }));
    std::printf("read %.0f\n", nanoseconds(calls, [&] { return ::read(zero, &byte, 1); }));
}
