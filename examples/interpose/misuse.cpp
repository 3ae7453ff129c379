// interpose/misuse.cpp: a program that does what programs should not have to fear: each word is one such thing.
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <functional>
#include <map>
#include <pthread.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

int opened(const char *path) {
    const int fd = ::open(path, O_RDONLY);
    return fd < 0 ? -errno : fd;
}

/// What a child made by a bare clone() sees: no handler of pthread_atfork runs.
int bare_clone(const char *path) {
    const auto child = static_cast<pid_t>(syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, 0));
    if (child == 0)
        _exit(opened(path) < 0 ? 1 : 0);
    int status = 0;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

const char *signalled_path = nullptr;
volatile sig_atomic_t signals = 0;

/// Opens in signal handlers that interrupt whatever goes on, Python included.
int in_handlers(const char *path) {
    signalled_path = path;
    struct sigaction action {};
    action.sa_handler = [](int) {
        const int outer = errno;
        const int fd = ::open(signalled_path, O_RDONLY);
        if (fd >= 0)
            ::close(fd);
        errno = outer;
        signals = signals + 1;
    };
    action.sa_flags = SA_RESTART;
    static char stack[64 * 1024];
    stack_t alternate{};
    alternate.ss_sp = stack;
    alternate.ss_size = sizeof stack;
    sigaltstack(&alternate, nullptr);
    action.sa_flags |= SA_ONSTACK;
    sigaction(SIGALRM, &action, nullptr);
    ualarm(500, 500);
    while (signals < 200)
        if (const int fd = opened(path); fd >= 0)
            ::close(fd);
    ualarm(0, 0);
    return 0;
}

/// A thread whose stack is too small for Python.
int small_stack(const char *path) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 64 * 1024);
    pthread_t thread{};
    pthread_create(
        &thread, &attributes,
        [](void *name) -> void * {
            return reinterpret_cast<void *>(static_cast<long>(opened(static_cast<char *>(name))));
        },
        const_cast<char *>(path));
    void *result = nullptr;
    pthread_join(thread, &result);
    return reinterpret_cast<long>(result) >= 0 ? 0 : 1;
}

/// Closes every descriptor, and has another file where standard error was.
int closes_all(const char *path) {
    const std::string other = std::string(path) + ".data";
    for (int fd = 2; fd < 1024; ++fd)
        ::close(fd);
    if (::open(other.c_str(), O_RDWR | O_CREAT, 0600) != 2)
        return 1;
    opened(path);
    return ::lseek(2, 0, SEEK_END) == 0 ? 0 : 1;
}

/// Another file takes the number of one that Python serves.
int replaces_served(const char *path) {
    const int served = ::open(path, O_RDONLY);
    const int real = ::open("/dev/zero", O_RDONLY);
    char byte = 'x';
    return served >= 0 && ::dup2(real, served) == served && ::read(served, &byte, 1) == 1 && byte == 0 ? 0 : 1;
}

/// A copy of a device's number knows nothing of Python: it fails, where it could seem empty.
int copies_device(const char *path) {
    char byte = 'x';
    const int copy = ::dup(::open(path, O_RDONLY));
    return copy >= 0 && ::read(copy, &byte, 1) == -1 && errno == EBADF ? 0 : 1;
}

int writes_served(const char *path) {
    const bool refused = ::open(path, O_RDWR) == -1 && errno == EROFS;
    const int fd = ::open(path, O_RDONLY);
    return refused && fd >= 0 && ::write(fd, "x", 1) == -1 && ::ftruncate(fd, 0) == -1 ? 0 : 1;
}

int keeps_errno(const char *path) {
    errno = 77;
    const int fd = ::open(path, O_RDONLY);
    return fd >= 0 && errno == 77 && ::close(fd) == 0 && errno == 77 ? 0 : 1;
}

int wrong_arguments(const char *) {
    const char *volatile nothing = nullptr;
    const bool right = ::open(nothing, O_RDONLY) == -1 && errno == EFAULT;
    const bool stream = ::fopen("/dev/null", "") == nullptr && errno == EINVAL;
    return right && stream && ::openat(-7, "relative", O_RDONLY) == -1 && errno == EBADF ? 0 : 1;
}

/// Where nothing of the program's is, neither to be read nor to be written.
template <class Pointer> Pointer *nowhere() {
    char *volatile address = nullptr;
    return reinterpret_cast<Pointer *>(address + 1);
}

bool is_fault(long outcome) { return outcome == -1 && errno == EFAULT; }

int wild_pointers(const char *path) {
    struct stat status {};
    struct statx extended {};
    const int fd = ::open(path, O_RDONLY);
    const bool paths = is_fault(::open(nowhere<char>(), O_RDONLY)) && is_fault(::stat(nowhere<char>(), &status)) &&
                       is_fault(::access(nowhere<char>(), R_OK)) && ::fopen(nowhere<char>(), "r") == nullptr &&
                       is_fault(::statx(AT_FDCWD, nowhere<char>(), 0, STATX_SIZE, &extended));
    const bool answers = is_fault(::stat(path, nowhere<struct stat>())) &&
                         is_fault(::fstat(fd, nowhere<struct stat>())) &&
                         is_fault(::statx(AT_FDCWD, path, 0, STATX_SIZE, nowhere<struct statx>())) &&
                         is_fault(::read(fd, nowhere<char>(), 1));
    return paths && answers ? 0 : 1;
}

/// A path without an end before the end of the memory, and one that ends just there.
int path_at_an_edge(const char *path) {
    constexpr std::size_t page = 4096;
    void *two = ::mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *edge = static_cast<char *>(two) + page;
    ::mprotect(edge, page, PROT_NONE);
    const std::string text = path;
    std::copy(text.c_str(), text.c_str() + text.size() + 1, edge - text.size() - 1);
    const bool whole = ::open(edge - text.size() - 1, O_RDONLY) >= 0;
    edge[-1] = '/';
    return whole && is_fault(::open(edge - text.size() - 1, O_RDONLY)) ? 0 : 1;
}

bool ends_when_cancelled(void *(*body)(void *), const void *argument) {
    pthread_t thread{};
    pthread_create(&thread, nullptr, body, const_cast<void *>(argument));
    pthread_cancel(thread);
    void *result = nullptr;
    pthread_join(thread, &result);
    return result == PTHREAD_CANCELED;
}

/// Threads are cancelled where they wait in a read, and anywhere in a loop of calls.
int cancelled(const char *path) {
    int ends[2];
    bool all = ::pipe(ends) == 0;
    const auto wait = [](void *fd) -> void * {
        char byte = 0;
        return ::read(*static_cast<int *>(fd), &byte, 1) == 1 ? fd : nullptr;
    };
    const auto loop = [](void *name) -> void * {
        char byte = 0;
        for (;;) {
            const int fd = ::open(static_cast<char *>(name), O_RDONLY);
            static_cast<void>(::read(fd, &byte, 1));
            ::close(fd);
        }
    };
    for (int round = 0; round < 100; ++round)
        all = all && ends_when_cancelled(wait, ends) && ends_when_cancelled(loop, path);
    return all && opened(path) >= 0 ? 0 : 1;
}

/// Threads come and go after a fork, as in a server that makes itself a daemon.
int daemon_with_threads(const char *path) {
    const pid_t child = ::fork();
    if (child != 0) {
        int status = 1;
        waitpid(child, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    }
    int wrong = 0;
    for (int number = 0; number < 200; ++number)
        std::thread([&] {
            const int fd = opened(path);
            wrong += fd >= 0 ? 0 : 1;
            ::close(fd);
        }).join();
    _exit(wrong == 0 ? 0 : 1);
}

} // namespace

/// misuse WORD FILE; 0 if all was as it should be
int main(int, char **words) {
    const std::map<std::string, std::function<int(const char *)>> all = {
        {"bare_clone", bare_clone},
        {"in_handlers", in_handlers},
        {"small_stack", small_stack},
        {"closes_all", closes_all},
        {"replaces_served", replaces_served},
        {"copies_device", copies_device},
        {"writes_served", writes_served},
        {"keeps_errno", keeps_errno},
        {"wrong_arguments", wrong_arguments},
        {"daemon_with_threads", daemon_with_threads},
        {"wild_pointers", wild_pointers},
        {"path_at_an_edge", path_at_an_edge},
        {"cancelled", cancelled},
    };
    return all.at(words[1])(words[2]);
}
