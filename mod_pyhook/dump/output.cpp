#include "dump/dump.h"

#include <cerrno>
#include <string>
#include <unistd.h>

namespace pyhook {

void write_line(int file, std::string_view object) noexcept {
    const std::string text = std::string(object) + "\n";
    for (std::string_view rest = text; !rest.empty();) {
        const ssize_t written = write(file, rest.data(), rest.size());
        if (written < 0 && errno != EINTR)
            return; // the command has gone
        rest.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
}

} // namespace pyhook
