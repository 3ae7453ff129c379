// apache/shared_table.h: a hash table inside one block of memory, free of pointers, so that processes can share it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace apache {

/// Milliseconds of the machine's steady clock, which all processes agree on.
using Moment = std::int64_t;
inline constexpr Moment never = std::numeric_limits<Moment>::max();
Moment now() noexcept;

struct Value {
    enum class Kind : std::uint32_t { bytes, text, number } kind = Kind::bytes;
    std::string data; // of bytes and text
    std::int64_t number = 0;
};

/// Entries lie in chains of chunks of one size: nothing fragments, so it is full exactly when an entry needs more
/// chunks than are free. Nothing is ever thrown away but what has expired. The caller holds a lock.
class SharedTable {
public:
    using Index = std::uint32_t; // of a chunk; 0 is none
    static constexpr std::size_t least_size = 4096;

    /// Makes an empty table that fills `size` bytes from `this` on.
    void format(std::size_t size) noexcept;

    Index find(std::string_view key, Moment at) noexcept;

    /// Puts an entry in the place of any with this key. False if there is no room: nothing has changed then.
    bool put(std::string_view key, const Value &value, Moment expires, Moment at) noexcept;
    bool erase(std::string_view key, Moment at) noexcept;

    void clear() noexcept;

    Value value(Index entry) const;
    Moment expires(Index entry) const noexcept;
    void set_number(Index entry, std::int64_t number) noexcept;

    std::size_t count(Moment at) noexcept;
    std::size_t free_bytes(Moment at) noexcept;

    /// `visit(std::string key)` for every entry that has not expired.
    template <class Visit> void each_key(Moment at, Visit visit) {
        drop_expired(at);
        for (Index bucket = 0; bucket < buckets_; ++bucket)
            for (Index entry = first(bucket); entry != 0; entry = chunks()[entry].next_entry)
                visit(read(entry, 0, head(entry).key_size));
    }

private:
    struct Head {
        Moment expires;
        std::int64_t number;
        std::uint32_t hash;
        std::uint32_t key_size;
        std::uint32_t data_size;
        Value::Kind kind;
    };
    struct Chunk {
        Index next;       // of the same entry, or of the free ones
        Index next_entry; // in the first chunk of an entry: the next one of its bucket
        char data[56];    // in the first chunk the Head comes first; then the key, then the data
    };

    Index *bucket_array() const noexcept;
    Chunk *chunks() const noexcept;
    Index &first(Index bucket) const noexcept { return bucket_array()[bucket]; }
    Head &head(Index entry) const noexcept { return *reinterpret_cast<Head *>(chunks()[entry].data); }
    static std::size_t chunks_for(std::size_t payload) noexcept;
    std::size_t chunks_of(Index entry) const noexcept;
    void drop_expired(Moment at) noexcept;
    void remove(Index *link) noexcept;
    Index *link_to(std::string_view key, std::uint32_t hash) noexcept;
    Index take_chain(std::size_t length) noexcept;
    bool has_key(Index entry, std::string_view key) const noexcept;
    template <class Piece> void walk(Index entry, std::size_t offset, std::size_t size, Piece piece) const;
    std::string read(Index entry, std::size_t offset, std::size_t size) const;
    void write(Index entry, std::size_t offset, std::string_view data) noexcept;

    std::uint32_t buckets_; // a power of two
    std::uint32_t chunks_;  // the first one is never used
    std::uint32_t free_count_;
    std::uint32_t entries_;
    Index free_;
};

} // namespace apache
