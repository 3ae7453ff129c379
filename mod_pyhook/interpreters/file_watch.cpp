#include "interpreters/file_watch.h"

#include "py/bind.h"

#include <array>
#include <mutex>
#include <set>
#include <string>
#include <sys/inotify.h>
#include <unistd.h>

#include "py/poison.h"

namespace pyhook {

namespace {

/// A file is written, comes by another name, or is given another time.
constexpr std::uint32_t edits = IN_CLOSE_WRITE | IN_MOVED_TO | IN_ATTRIB;

/// One for the process: files are noted in all interpreters, and requests ask without being in any.
class FileWatch {
public:
    void of(const std::string &path) {
        const std::size_t slash = path.rfind('/');
        if (slash == std::string::npos)
            return;
        const std::lock_guard lock(mutex_);
        names_.insert(path.substr(slash + 1));
        const std::string directory = path.substr(0, slash + 1);
        if (directories_.insert(directory).second)
            inotify_add_watch(queue_, directory.c_str(), edits | IN_ONLYDIR);
    }

    /// Whatever else lies in the directories may be written at any time, as a database is.
    bool take() noexcept {
        bool told = false;
        alignas(inotify_event) std::array<char, 4096> events;
        for (ssize_t length; (length = read(queue_, events.data(), events.size())) > 0;) {
            const std::lock_guard lock(mutex_);
            for (ssize_t at = 0; at < length;) {
                const auto &event = *reinterpret_cast<const inotify_event *>(events.data() + at);
                told |= (event.mask & IN_Q_OVERFLOW) != 0 || (event.len > 0 && names_.contains(event.name));
                at += static_cast<ssize_t>(sizeof event + event.len);
            }
        }
        return told;
    }

private:
    const int queue_ = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    std::mutex mutex_;
    std::set<std::string, std::less<>> names_;
    std::set<std::string> directories_;
};

FileWatch &file_watch() {
    static auto *const only = new FileWatch; // threads ask to the very end
    return *only;
}

void notice(py::borrowed, const py::text &path) { file_watch().of(std::string(path.view())); }

} // namespace

py::ref notice_function() {
    static PyMethodDef method = py::method<&notice, "notice(path)", "Have the kernel tell of edits to this file.">();
    return py::check(PyCFunction_New(&method, nullptr));
}

bool take_notice() noexcept { return file_watch().take(); }

} // namespace pyhook
