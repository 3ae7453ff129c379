#include "processes/board.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace pyhook::processes {

void announce(Board &board, int waiting) noexcept {
    board.changes.fetch_add(1);
    if (board.sleepers.load() > 0)
        syscall(SYS_futex, &board.changes, FUTEX_WAKE, waiting, nullptr, nullptr, 0);
}

} // namespace pyhook::processes
