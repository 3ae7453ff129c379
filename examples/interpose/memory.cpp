#include "memory.h"

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace interpose {

namespace {

/// No page is smaller.
constexpr std::uintptr_t page_size = 4096;

/// The kernel reads a set of signals before it finds that it can't do this with it. Null would be no set: it is taken
/// from within the page.
bool is_readable(std::uintptr_t page) noexcept {
    constexpr int no_such_action = -1;
    constexpr std::size_t size = NSIG / CHAR_BIT;
    return syscall(SYS_rt_sigprocmask, no_such_action, page + size, nullptr, size) == 0 || errno != EFAULT;
}

} // namespace

bool is_path(const char *path) noexcept {
    const auto begin = reinterpret_cast<std::uintptr_t>(path);
    for (std::uintptr_t at = begin; at < begin + PATH_MAX;) {
        const std::uintptr_t page = at & ~(page_size - 1);
        if (!is_readable(page))
            return false;
        const std::uintptr_t end = page + page_size < begin + PATH_MAX ? page + page_size : begin + PATH_MAX;
        if (std::memchr(path + (at - begin), '\0', end - at) != nullptr)
            return true;
        at = end;
    }
    return false;
}

bool give(void *to, const void *from, std::size_t size) noexcept {
    const iovec source{.iov_base = const_cast<void *>(from), .iov_len = size};
    const iovec target{.iov_base = to, .iov_len = size};
    const ssize_t given = process_vm_writev(getpid(), &source, 1, &target, 1, 0);
    if (given >= 0 || errno == EFAULT)
        return given == static_cast<ssize_t>(size);
    std::memcpy(to, from, size); // where a sandbox refuses the call, a wrong pointer is the program's crash
    return true;
}

} // namespace interpose
