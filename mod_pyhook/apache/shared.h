// apache/shared.h: the dictionaries that all processes of the server share: memory, lock and name of each.
#pragma once

#include "apache/httpd.h"
#include "apache/shared_table.h"

#include <mutex>
#include <span>

namespace apache {

/// Memory that the parent makes and every child inherits, with the lock that guards it. It stays over restarts as long
/// as its name and size do, and its lock with it: the children of two generations use it at the same time.
class Shared {
public:
    /// Finds or makes the memory; null if there is none to be had. `broken` is logged when a process died within.
    static Shared *
    open(apr_pool_t *pconf, process_rec *process, const char *name, std::size_t size, const char *broken);

    /// Gives the memory of all other names back.
    static void keep_only(process_rec *process, std::span<Shared *const> kept);

    const char *name() const noexcept { return name_; }
    std::size_t size() const noexcept { return size_; }

    /// For the length of a scope the table is this thread's alone, across all processes. In it bytes are copied:
    /// nothing is called, logged or waited for. That a process died in it is logged when the lock is free again.
    class Hold {
    public:
        explicit Hold(Shared &shared) noexcept;
        Hold(Shared &shared, std::try_to_lock_t) noexcept; // gives up at once where another holds it
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
