// apache/shared.h: the dictionaries that all processes of the server share: the memory, lock and name of each.
#pragma once

#include "apache/httpd.h"
#include "apache/shared_table.h"

#include <mutex>
#include <span>

namespace apache {

/// Memory that the parent makes and every child inherits, with the lock that guards it. Memory and lock survive
/// restarts while the name and the size stay the same, because the children of two configurations use them at the same
/// time.
class Shared {
public:
    /// Finds or makes the memory. Returns null if there is none to be had. `broken` is logged if a process died while
    /// it held the lock.
    static Shared *
    open(apr_pool_t *pconf, process_rec *process, const char *name, std::size_t size, const char *broken);

    /// Frees the memory of all other names.
    static void keep_only(process_rec *process, std::span<Shared *const> kept);

    const char *name() const noexcept { return name_; }
    std::size_t size() const noexcept { return size_; }

    /// In this scope, no other thread of any process uses the table. Code in it only copies bytes: it calls, logs and
    /// waits for nothing. If a process died in it, this is logged after the lock is free.
    class Hold {
    public:
        explicit Hold(Shared &shared) noexcept;
        Hold(Shared &shared, std::try_to_lock_t) noexcept; // gives up at once if another thread holds it
        Hold(const Hold &) = delete;
        Hold &operator=(const Hold &) = delete;
        ~Hold();

        bool is_held() const noexcept { return held_; }
        SharedTable &table() const noexcept;

    private:
        void take(int result) noexcept;

        Shared &shared_;
        bool held_ = false;
        bool found_dead_ = false;
    };

private:
    struct Block;

    Shared(const char *name, std::size_t size, Block *block, const char *broken) noexcept
        : name_(name), size_(size), block_(block), broken_(broken) {}

    const char *name_;
    std::size_t size_;
    Block *block_;
    const char *broken_;
};

} // namespace apache
