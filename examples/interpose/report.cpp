#include "report.h"

#include "py/error.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "py/poison.h"

namespace interpose {

namespace {

/// Out of the way of programs that count on their descriptors' numbers.
constexpr int lowest_number = 700;

int kept = -1;
struct stat kept_file {};

bool is_still_there() noexcept {
    struct stat now {};
    return kept != -1 && ::fstat(kept, &now) == 0 && now.st_dev == kept_file.st_dev && now.st_ino == kept_file.st_ino;
}

} // namespace

void keep_standard_error() noexcept {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    const int last = limit.rlim_cur > lowest_number ? lowest_number : static_cast<int>(limit.rlim_cur) - 1;
    kept = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, last);
    if (kept != -1)
        ::fstat(kept, &kept_file);
}

void tell(const std::string &text) noexcept {
    if (is_still_there() && ::write(kept, text.data(), text.size()) < 0)
        return; // nobody reads it
}

void tell_exception(const char *where) noexcept {
    std::string text = std::string("interpose: ") + where + "\n";
    for (const std::string &line : py::describe(py::take_exception()))
        text += "    " + line + "\n";
    tell(text);
}

} // namespace interpose
