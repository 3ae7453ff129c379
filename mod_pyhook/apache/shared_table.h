// apache/shared_table.h: a hash table in one block of memory, without pointers, so that processes can share it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace apache {

/// Milliseconds of the machine's steady clock, which is the same in all processes.
using Moment = std::int64_t;
inline constexpr Moment never = std::numeric_limits<Moment>::max();
Moment now() noexcept;

struct Value {
    enum class Kind : std::uint32_t { bytes, text, number } kind = Kind::bytes;
    std::string data; // the data of bytes and text
    std::int64_t number = 0;
};

/// An entry is a chain of chunks, which all have one size. So memory does not fragment, and the table is full exactly
/// when an entry needs more chunks than are free. Only expired entries are ever thrown away. The caller holds a lock.
///
/// A call takes time in proportion to the data that it reads, writes or lists, not to the size of the table; only the
/// heap of expiring entries adds its depth. Memory is touched when an entry first needs it.
class SharedTable {
public:
    using Index = std::uint32_t; // number of a chunk; 0 is none
    static constexpr std::size_t least_size = 4096;
    using Secret = std::array<unsigned char, 16>;

    /// Makes an empty table of `size` bytes, which begins at `this` and must be all zero. A person who does not know
    /// the secret can't choose keys that collide.
    void format(std::size_t size, const Secret &secret) noexcept;

    Index find(std::string_view key, Moment at) noexcept;

    /// Puts an entry in place of one with the same key. Returns false if there is no room; then nothing has changed.
    bool put(std::string_view key, const Value &value, Moment expires, Moment at) noexcept;
    bool erase(std::string_view key, Moment at) noexcept;

    /// Empties the table without reading the entries, which may be half changed.
    void clear() noexcept;

    Value value(Index entry) const;
    Moment expires(Index entry) const noexcept;
    void set_number(Index entry, std::int64_t number) noexcept;

    /// Removes some expired entries. Returns true if none is left; then `count` and `free_bytes` are exact.
    bool drop_expired(Moment at) noexcept;
    std::size_t count() const noexcept { return entries_; }
    std::size_t free_bytes() const noexcept;

    /// Calls `visit(std::string key)` for the unexpired entries of some buckets from `bucket` on. Returns the next
    /// bucket, or 0 at the end.
    template <class Visit> std::uint32_t some_keys(std::uint32_t bucket, Moment at, Visit visit) const {
        for (std::size_t done = 0; bucket < buckets_ && done < at_once; ++bucket, ++done)
            for (Index entry = first(bucket); entry != 0; entry = chunks()[entry].next_entry) {
                done += chunks_of(entry);
                if (head(entry).expires > at)
                    visit(read(entry, 0, head(entry).key_size));
            }
        return bucket < buckets_ ? bucket : 0;
    }

private:
    static constexpr std::size_t at_once = 256; // so many entries or buckets while the lock is held once

    struct Head {
        Moment expires;
        std::int64_t number;
        std::uint32_t hash;
        std::uint32_t key_size;
        std::uint32_t data_size;
        Value::Kind kind;
        Index last;             // the last chunk of the entry
        std::uint32_t position; // in the heap, from 1 on; 0 if the entry does not expire
    };
    struct Chunk {
        Index next;       // the next chunk of the same entry, or the next free one
        Index next_entry; // in the first chunk of an entry: the next entry of the bucket
        char data[64];    // the first chunk begins with the Head; then come the key and the data
    };
    /// Counts as empty unless its epoch is that of the table. So the table is emptied in one step.
    struct Bucket {
        Index first;
        std::uint32_t epoch;
    };

    Bucket *buckets() const noexcept;
    Index *heap() const noexcept; // the entries that expire, the soonest first; from 1 on
    Chunk *chunks() const noexcept;
    Head &head(Index entry) const noexcept { return *reinterpret_cast<Head *>(chunks()[entry].data); }

    std::uint32_t hash_of(std::string_view key) const noexcept;
    Index first(std::uint32_t bucket) const noexcept;
    Index *link_to(std::string_view key, std::uint32_t hash) noexcept;
    Index *link_to(Index entry) noexcept;
    bool has_key(Index entry, std::string_view key) const noexcept;

    static std::size_t chunks_for(std::size_t payload) noexcept;
    std::size_t chunks_of(Index entry) const noexcept;
    Index take_chunk() noexcept;
    Index take_chain(std::size_t length, Head described) noexcept;
    bool make_room(std::size_t needed, std::string_view key, std::uint32_t hash, Moment at) noexcept;
    void remove(Index *link) noexcept;

    bool is_due(Moment at) const noexcept { return expiring_ != 0 && head(heap()[1]).expires <= at; }
    void place(std::uint32_t position, Index entry) noexcept;
    void rise(std::uint32_t position, Index entry) noexcept;
    void sink(std::uint32_t position, Index entry) noexcept;
    void will_expire(Index entry) noexcept;
    void will_not_expire(Index entry) noexcept;

    template <class Piece> void walk(Index entry, std::size_t offset, std::size_t size, Piece piece) const;
    std::string read(Index entry, std::size_t offset, std::size_t size) const;
    void write(Index entry, std::size_t offset, std::string_view data) noexcept;

    Secret secret_;
    std::uint32_t buckets_; // a power of two
    std::uint32_t chunks_;  // chunk 0 is never used
    std::uint32_t epoch_;
    std::uint32_t free_count_;
    std::uint32_t entries_;
    std::uint32_t expiring_;
    Index free_;   // the first chunk that was used and is free again
    Index unused_; // the first chunk that was never used, nor touched
};

} // namespace apache
