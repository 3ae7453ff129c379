#include "processes/admission.h"

#include "apache/pool.h"

#include "processes/idle.h"

#include <chrono>
#include <linux/futex.h>
#include <span>
#include <sys/syscall.h>
#include <unistd.h>

namespace pyhook::processes {

namespace {

using Clock = std::chrono::steady_clock;

unsigned waiting_in(const Board &board) noexcept {
    unsigned waiting = 0;
    for (const Row &row : rows_of(board))
        waiting += row.waiting.load(std::memory_order_relaxed);
    return waiting;
}

/// The least busy one that has a free thread, or -1; of several the one with the fewest WebSockets.
int free_slot(const Channels &channels, int threads, const Avoided &avoided) noexcept {
    int best = -1;
    std::pair<unsigned, unsigned> least{threads, 0};
    for (int slot = 0; slot < channels.count; ++slot) {
        const auto index = static_cast<std::size_t>(slot);
        if (channels.board->slots[index].life != Life::ready || slot == avoided.ended || avoided.full[index])
            continue;
        const std::pair load{total(*channels.board, &Row::busy, slot), total(*channels.board, &Row::sockets, slot)};
        if (load < least) {
            best = slot;
            least = load;
        }
    }
    return best;
}

/// Others may choose the same last thread at the same time: who finds one request too many leaves and looks again.
std::optional<Place> take_place(Channels &channels, int threads, const Avoided &avoided) noexcept {
    for (int slot; (slot = free_slot(channels, threads, avoided)) >= 0;) {
        std::optional<Place> place(std::in_place, channels, slot);
        if (total(*channels.board, &Row::busy, slot) <= static_cast<unsigned>(threads)) {
            channels.board->slots[static_cast<std::size_t>(slot)].requests.fetch_add(1, std::memory_order_relaxed);
            return place;
        }
    }
    return std::nullopt;
}

/// True if no process that is ready can open another connection.
bool are_full(const Channels &channels, const Avoided &avoided) noexcept {
    bool is_any_ready = false;
    for (std::size_t slot = 0; slot < static_cast<std::size_t>(channels.count); ++slot) {
        const bool is_ready = channels.board->slots[slot].life == Life::ready;
        if (is_ready && !avoided.full[slot])
            return false;
        is_any_ready = is_any_ready || is_ready;
    }
    return is_any_ready && avoided.full.any();
}

/// This thread waits, and is counted.
class waiting {
public:
    explicit waiting(Channels &channels) noexcept : channels_(channels) {
        ++channels_.row->waiting;
        ++channels_.board->sleepers;
    }
    waiting(const waiting &) = delete;
    waiting &operator=(const waiting &) = delete;
    ~waiting() {
        --channels_.row->waiting;
        --channels_.board->sleepers;
    }

private:
    Channels &channels_;
};

void wait_for_change(Board &board, std::uint32_t seen, Clock::duration patience) noexcept {
    const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(patience).count();
    const timespec time{.tv_sec = left / 1'000'000'000, .tv_nsec = left % 1'000'000'000};
    syscall(SYS_futex, &board.changes, FUTEX_WAIT, seen, &time, nullptr, 0);
}

/// Gives no place if nothing became free in time.
std::optional<Place>
wait_for_place(Channels &channels, const ProcessesDefinition &definition, const Avoided &avoided) noexcept {
    const waiting here(channels);
    const auto end = Clock::now() + std::chrono::seconds(definition.queue_timeout);
    for (;;) {
        const std::uint32_t seen = channels.board->changes;
        if (std::optional<Place> place = take_place(channels, definition.threads, {.full = avoided.full}))
            return place;
        const auto now = Clock::now();
        if (now >= end)
            return std::nullopt;
        wait_for_change(*channels.board, seen, end - now);
    }
}

/// A free row of the board, which the parent frees again; null if there is none.
Row *claim_row(Board &board) noexcept {
    for (std::size_t at = 0; at < most_children; ++at) {
        pid_t nobody = 0;
        if (!board.rows[at].pid.compare_exchange_strong(nobody, getpid()))
            continue;
        std::uint32_t used = board.rows_used;
        while (used <= at && !board.rows_used.compare_exchange_weak(used, static_cast<std::uint32_t>(at + 1))) {
        }
        return &board.rows[at];
    }
    return nullptr;
}

} // namespace

Place::Place(Channels &channels, int slot) noexcept : channels_(&channels), slot_(slot) {
    ++channels.row->busy[static_cast<std::size_t>(slot)];
}

void Place::leave() noexcept {
    Channels *channels = std::exchange(channels_, nullptr);
    if (channels == nullptr)
        return;
    --channels->row->busy[static_cast<std::size_t>(slot_)];
    announce(*channels->board, 1);
}

OpenSocket::OpenSocket(Channels &channels, int slot) noexcept
    : row_(*channels.row), slot_(static_cast<std::size_t>(slot)) {
    ++row_.sockets[slot_];
}

OpenSocket::~OpenSocket() {
    --row_.sockets[slot_];
    row_.suspended -= is_suspended_ ? 1 : 0;
}

void OpenSocket::suspend() noexcept {
    is_suspended_ = true;
    ++row_.suspended;
}

std::optional<Place> admit(const ProcessesDefinition &definition, const Avoided &avoided, Refusal &refusal) noexcept {
    Channels &channels = *definition.channels;
    if (are_full(channels, avoided)) {
        refusal = Refusal::no_descriptor;
        ++channels.board->refused_full;
        return std::nullopt;
    }
    if (std::optional<Place> place = take_place(channels, definition.threads, avoided))
        return place;
    if (waiting_in(*channels.board) >= static_cast<unsigned>(definition.queue)) {
        refusal = Refusal::full;
        ++channels.board->refused_full;
        return std::nullopt;
    }
    std::optional<Place> place = wait_for_place(channels, definition, avoided);
    if (!place) {
        refusal = Refusal::late;
        ++channels.board->refused_late;
    }
    return place;
}

void prepare_in_child(apr_pool_t *pchild, Channels &channels) {
    channels.row = claim_row(*channels.board);
    if (channels.row == nullptr) // one of more than a thousand children: its requests are not counted
        channels.row = apache::make<Row>(pchild);
    channels.idle = new IdleConnections[static_cast<std::size_t>(channels.count)]; // as long as the process
}

} // namespace pyhook::processes
