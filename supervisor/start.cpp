#include "start.h"

#include "processes/identity.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace supervisor {

namespace {

using namespace pyhook::processes;

int check(int result, const char *what) {
    if (result < 0)
        throw std::system_error(errno, std::generic_category(), what);
    return result;
}

/// Signals are handled as in any program, not as in this one.
void reset_signals() {
    for (int number = 1; number < NSIG; ++number)
        signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    check(sigprocmask(SIG_SETMASK, &none, nullptr), "sigprocmask");
}

/// The descriptors of a new process, until it has taken them.
struct Given {
    int connections;
    int status;
    int crash;  // of a worker
    int output; // of a program
};

/// A copy above all numbers that a process takes.
int moved(int descriptor) { return check(fcntl(descriptor, F_DUPFD, 16), "dup"); }

/// Gives the process its own descriptors and closes all others. The status of a program is closed when that begins.
void take_descriptors(const Group &group, const Given &given) {
    const int connections = moved(given.connections);
    const int status = moved(given.status);
    const int crash = group.is_program() ? -1 : moved(given.crash);
    const int output = group.is_program() ? moved(given.output) : STDERR_FILENO;
    check(dup2(check(open("/dev/null", O_RDONLY), "/dev/null"), STDIN_FILENO), "dup2");
    check(dup2(output, STDOUT_FILENO), "dup2");
    check(dup2(output, STDERR_FILENO), "dup2");
    check(dup2(connections, slot_descriptor), "dup2");
    check(dup2(status, status_descriptor), "dup2");
    if (group.is_program())
        check(fcntl(status_descriptor, F_SETFD, FD_CLOEXEC), "FD_CLOEXEC");
    else
        check(dup2(crash, crash_descriptor), "dup2");
    check(close_range(status_descriptor + (group.is_program() ? 1U : 2U), ~0U, 0), "close_range");
}

void limit(decltype(RLIMIT_AS) resource, rlim_t most, const char *what) {
    const rlimit limits{.rlim_cur = most, .rlim_max = most};
    if (most != 0)
        check(setrlimit(resource, &limits), what);
}

/// Only root can give more than it has.
void set_limits(const Group &group) {
    limit(RLIMIT_NOFILE, group.files, "files=");
    limit(RLIMIT_AS, static_cast<rlim_t>(group.address_megabytes) << 20, "address-space=");
    errno = 0;
    if (nice(static_cast<int>(group.nice)) == -1 && errno != 0)
        check(-1, "nice=");
}

/// The process ends with the supervisor, however that ends.
void end_with(pid_t supervisor) {
    check(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0), "PR_SET_PDEATHSIG");
    if (getppid() != supervisor)
        _exit(0);
}

std::vector<char *> pointers_to(const std::vector<std::string> &strings) {
    std::vector<char *> pointers;
    for (const std::string &each : strings)
        pointers.push_back(const_cast<char *>(each.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

/// Returns only by an exception.
void run(const Group &group, pid_t supervisor) {
    check(setsid(), "setsid"); // a signal then reaches what the application starts, too
    umask(group.umask);
    set_limits(group);
    if (!group.root.empty())
        enter(group.root);
    become_user(group);
    if (!group.root.empty() && chroot(".") == 0)
        throw std::system_error(EPERM, std::generic_category(), "the process could leave its chroot");
    end_with(supervisor);
    check(chdir(group.directory.c_str()), ("chdir " + group.directory).c_str());
    if (const std::string found = closed_to_user(group); !found.empty())
        throw std::runtime_error(found);
    std::vector<std::string> environment = group.environment;
    if (group.is_program())
        environment.insert(environment.begin(), "LISTEN_PID=" + std::to_string(getpid()));
    execve(group.command[0].c_str(), pointers_to(group.command).data(), pointers_to(environment).data());
    if (errno == EACCES)
        throw std::runtime_error(program_closed_to_user(group));
    if (errno == ENOENT && !group.root.empty())
        throw std::runtime_error(group.command[0] +
                                 ", or the interpreter or loader that it needs, is not below chroot=" + group.root +
                                 ": put it there");
    check(-1, group.command[0].c_str());
}

/// The new process until its program begins. What can't be done is said to the supervisor.
[[noreturn]] void be_started(const Group &group, const Given &given, pid_t supervisor) {
    try {
        reset_signals();
        take_descriptors(group, given);
    } catch (const std::exception &) {
        _exit(126);
    }
    try {
        run(group, supervisor);
    } catch (const std::exception &failure) {
        const std::string problem = std::string("E") + failure.what();
        send(status_descriptor, problem.data(), problem.size(), MSG_NOSIGNAL);
    }
    _exit(127);
}

} // namespace

Started start(const Group &group, int connections) {
    int ends[2];
    check(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "socketpair");
    Started started{.pid = 0, .status = Descriptor(ends[0]), .crash = {}, .output = {}};
    const Descriptor status(ends[1]);
    Descriptor output;
    if (group.is_program()) {
        check(pipe2(ends, O_CLOEXEC), "pipe");
        started.output = Output(Descriptor(ends[0]));
        output = Descriptor(ends[1]);
        check(fcntl(ends[0], F_SETFL, O_NONBLOCK), "O_NONBLOCK");
    } else
        started.crash = Descriptor(check(memfd_create("pyhook-crash", MFD_CLOEXEC), "memfd_create"));
    const pid_t supervisor = getpid();
    started.pid = check(fork(), "fork");
    if (started.pid == 0)
        be_started(group,
                   {.connections = connections,
                    .status = status.number(),
                    .crash = started.crash.number(),
                    .output = output.number()},
                   supervisor);
    return started;
}

} // namespace supervisor
