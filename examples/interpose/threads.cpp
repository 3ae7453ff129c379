// interpose/threads.cpp: a program with threads, which opens, reads and closes a file, and forks meanwhile.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

bool read_once(const char *path, const char *content) {
    char buffer[64] = {};
    struct stat status {};
    const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
    const bool right = fd >= 0 && ::fstat(fd, &status) == 0 && ::read(fd, buffer, sizeof buffer - 1) >= 0 &&
                       std::strcmp(buffer, content) == 0 && ::close(fd) == 0;
    return right && ::open("/nonexistent/file", O_RDONLY) == -1 && errno == ENOENT;
}

/// A child that opens as its parent does.
bool read_in_child(const char *path, const char *content) {
    const pid_t child = ::fork();
    if (child == 0)
        _exit(read_once(path, content) ? 0 : 1);
    int status = 1;
    return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

/// threads FILE CONTENT THREADS ROUNDS FORKS
int main(int, char **words) {
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int number = 0; number < std::atoi(words[3]); ++number)
        threads.emplace_back([&] {
            for (int round = 0; round < std::atoi(words[4]); ++round)
                wrong += read_once(words[1], words[2]) ? 0 : 1;
        });
    for (int number = 0; number < std::atoi(words[5]); ++number)
        wrong += read_in_child(words[1], words[2]) ? 0 : 1;
    for (std::thread &each : threads)
        each.join();
    std::printf("%d wrong\n", wrong.load());
}
