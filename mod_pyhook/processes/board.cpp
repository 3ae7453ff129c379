#include "processes/board.h"

#include <algorithm>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace pyhook::processes {

std::span<const Row> rows_of(const Board &board) noexcept {
    return std::span(board.rows).first(std::min<std::size_t>(board.rows_used, most_children));
}

unsigned total(const Board &board, Counts Row::*counts, int slot) noexcept {
    unsigned sum = 0;
    for (const Row &row : rows_of(board))
        sum += (row.*counts)[static_cast<std::size_t>(slot)].load();
    return sum;
}

void announce(Board &board, int waiting) noexcept {
    board.changes.fetch_add(1);
    if (board.sleepers.load() > 0)
        syscall(SYS_futex, &board.changes, FUTEX_WAKE, waiting, nullptr, nullptr, 0);
}

} // namespace pyhook::processes
