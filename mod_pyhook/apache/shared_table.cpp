#include "apache/shared_table.h"

#include <apr_siphash.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstring>
#include <utility>

namespace apache {

Moment now() noexcept {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

std::uint32_t SharedTable::hash_of(std::string_view key) const noexcept {
    return static_cast<std::uint32_t>(apr_siphash24(key.data(), key.size(), secret_.data()));
}

SharedTable::Bucket *SharedTable::buckets() const noexcept {
    return reinterpret_cast<Bucket *>(const_cast<SharedTable *>(this) + 1);
}

SharedTable::Index *SharedTable::heap() const noexcept { return reinterpret_cast<Index *>(buckets() + buckets_); }

SharedTable::Chunk *SharedTable::chunks() const noexcept {
    const auto end = reinterpret_cast<std::uintptr_t>(heap() + chunks_);
    return reinterpret_cast<Chunk *>((end + alignof(Moment) - 1) / alignof(Moment) * alignof(Moment));
}

void SharedTable::format(std::size_t size, const Secret &secret) noexcept {
    constexpr std::size_t each = sizeof(Chunk) + sizeof(Index) + sizeof(Bucket);
    chunks_ = static_cast<std::uint32_t>((size - sizeof(SharedTable) - alignof(Moment)) / each);
    buckets_ = std::bit_floor(chunks_);
    secret_ = secret;
    clear();
}

void SharedTable::clear() noexcept {
    if (++epoch_ == 0) // once in four thousand million times
        std::fill_n(buckets(), buckets_, Bucket{});
    entries_ = expiring_ = 0;
    free_count_ = chunks_ - 1;
    free_ = 0;
    unused_ = 1;
}

std::size_t SharedTable::chunks_for(std::size_t payload) noexcept {
    return (sizeof(Head) + payload + sizeof(Chunk::data) - 1) / sizeof(Chunk::data);
}

std::size_t SharedTable::chunks_of(Index entry) const noexcept {
    return chunks_for(std::size_t{head(entry).key_size} + head(entry).data_size);
}

/// Calls `piece(char *, size)` for the parts of an entry's payload, in order.
template <class Piece> void SharedTable::walk(Index entry, std::size_t offset, std::size_t size, Piece piece) const {
    offset += sizeof(Head);
    for (; offset >= sizeof(Chunk::data); offset -= sizeof(Chunk::data))
        entry = chunks()[entry].next;
    for (; size > 0; offset = 0, entry = chunks()[entry].next) {
        const std::size_t here = std::min(size, sizeof(Chunk::data) - offset);
        piece(chunks()[entry].data + offset, here);
        size -= here;
    }
}

std::string SharedTable::read(Index entry, std::size_t offset, std::size_t size) const {
    std::string out;
    out.reserve(size);
    walk(entry, offset, size, [&](const char *data, std::size_t length) { out.append(data, length); });
    return out;
}

void SharedTable::write(Index entry, std::size_t offset, std::string_view data) noexcept {
    walk(entry, offset, data.size(), [&](char *place, std::size_t length) {
        std::memcpy(place, data.data(), length);
        data.remove_prefix(length);
    });
}

bool SharedTable::has_key(Index entry, std::string_view key) const noexcept {
    if (head(entry).key_size != key.size())
        return false;
    bool same = true;
    walk(entry, 0, key.size(), [&](const char *data, std::size_t length) {
        same = same && std::memcmp(data, key.data(), length) == 0;
        key.remove_prefix(length);
    });
    return same;
}

SharedTable::Index SharedTable::first(std::uint32_t bucket) const noexcept {
    const Bucket &there = buckets()[bucket];
    return there.epoch == epoch_ ? there.first : 0;
}

/// The link that points to the entry of this key, or the null link at the end of its bucket.
SharedTable::Index *SharedTable::link_to(std::string_view key, std::uint32_t hash) noexcept {
    Bucket &bucket = buckets()[hash & (buckets_ - 1)];
    if (bucket.epoch != epoch_)
        bucket = {.first = 0, .epoch = epoch_};
    Index *link = &bucket.first;
    while (*link != 0 && (head(*link).hash != hash || !has_key(*link, key)))
        link = &chunks()[*link].next_entry;
    return link;
}

SharedTable::Index *SharedTable::link_to(Index entry) noexcept {
    Index *link = &buckets()[head(entry).hash & (buckets_ - 1)].first;
    while (*link != entry)
        link = &chunks()[*link].next_entry;
    return link;
}

SharedTable::Index SharedTable::find(std::string_view key, Moment at) noexcept {
    const std::uint32_t hash = hash_of(key);
    if (first(hash & (buckets_ - 1)) == 0) // a bucket is only read here, so its memory stays untouched
        return 0;
    Index *link = link_to(key, hash);
    if (*link != 0 && head(*link).expires <= at)
        remove(link);
    else
        return *link;
    return 0;
}

void SharedTable::remove(Index *link) noexcept {
    const Index entry = *link;
    if (head(entry).position != 0)
        will_not_expire(entry);
    free_count_ += static_cast<std::uint32_t>(chunks_of(entry));
    --entries_;
    *link = chunks()[entry].next_entry;
    chunks()[head(entry).last].next = free_;
    free_ = entry;
}

bool SharedTable::drop_expired(Moment at) noexcept {
    for (std::size_t dropped = 0; dropped < at_once && is_due(at); ++dropped)
        remove(link_to(heap()[1]));
    return !is_due(at);
}

SharedTable::Index SharedTable::take_chunk() noexcept {
    return free_ != 0 ? std::exchange(free_, chunks()[free_].next) : unused_++;
}

SharedTable::Index SharedTable::take_chain(std::size_t length, Head described) noexcept {
    const Index entry = take_chunk();
    described.last = entry;
    for (std::size_t taken = 1; taken < length; ++taken)
        described.last = chunks()[described.last].next = take_chunk();
    chunks()[described.last].next = 0;
    free_count_ -= static_cast<std::uint32_t>(length);
    head(entry) = described;
    return entry;
}

/// Drops as many expired entries as needed. Each of them frees at least one chunk.
bool SharedTable::make_room(std::size_t needed, std::string_view key, std::uint32_t hash, Moment at) noexcept {
    const auto has_room = [&] {
        const Index old = *link_to(key, hash);
        return needed <= free_count_ + (old == 0 ? 0 : chunks_of(old));
    };
    bool enough = has_room();
    while (!enough && is_due(at)) {
        remove(link_to(heap()[1]));
        enough = has_room();
    }
    return enough;
}

bool SharedTable::put(std::string_view key, const Value &value, Moment expires, Moment at) noexcept {
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
    if (key.size() > most || value.data.size() > most)
        return false;
    const std::uint32_t hash = hash_of(key);
    const std::size_t needed = chunks_for(key.size() + value.data.size());
    if (needed >= chunks_ || !make_room(needed, key, hash, at))
        return false;
    if (Index *link = link_to(key, hash); *link != 0)
        remove(link);
    const Index entry = take_chain(needed, {.expires = expires,
                                            .number = value.number,
                                            .hash = hash,
                                            .key_size = static_cast<std::uint32_t>(key.size()),
                                            .data_size = static_cast<std::uint32_t>(value.data.size()),
                                            .kind = value.kind,
                                            .last = 0,
                                            .position = 0});
    write(entry, 0, key);
    write(entry, key.size(), value.data);
    chunks()[entry].next_entry = std::exchange(buckets()[hash & (buckets_ - 1)].first, entry);
    if (expires != never)
        will_expire(entry);
    ++entries_;
    return true;
}

bool SharedTable::erase(std::string_view key, Moment at) noexcept {
    if (find(key, at) == 0)
        return false;
    remove(link_to(key, hash_of(key)));
    return true;
}

Value SharedTable::value(Index entry) const {
    const Head &described = head(entry);
    return {.kind = described.kind,
            .data = read(entry, described.key_size, described.data_size),
            .number = described.number};
}

Moment SharedTable::expires(Index entry) const noexcept { return head(entry).expires; }

void SharedTable::set_number(Index entry, std::int64_t number) noexcept { head(entry).number = number; }

std::size_t SharedTable::free_bytes() const noexcept { return free_count_ * sizeof(Chunk::data); }

void SharedTable::place(std::uint32_t position, Index entry) noexcept {
    heap()[position] = entry;
    head(entry).position = position;
}

/// Puts an entry at a position of the heap, or nearer to the top.
void SharedTable::rise(std::uint32_t position, Index entry) noexcept {
    for (; position > 1 && head(heap()[position / 2]).expires > head(entry).expires; position /= 2)
        place(position, heap()[position / 2]);
    place(position, entry);
}

/// Puts an entry at a position of the heap, or further from the top.
void SharedTable::sink(std::uint32_t position, Index entry) noexcept {
    while (position * 2 <= expiring_) {
        std::uint32_t child = position * 2;
        if (child < expiring_ && head(heap()[child + 1]).expires < head(heap()[child]).expires)
            ++child;
        if (head(heap()[child]).expires >= head(entry).expires)
            break;
        place(position, heap()[child]);
        position = child;
    }
    place(position, entry);
}

void SharedTable::will_expire(Index entry) noexcept { rise(++expiring_, entry); }

/// Takes an entry out of the heap. The last entry of the heap moves to its place.
void SharedTable::will_not_expire(Index entry) noexcept {
    const std::uint32_t position = head(entry).position;
    const Index last = heap()[expiring_--];
    if (last == entry)
        return;
    if (head(last).expires < head(entry).expires)
        rise(position, last);
    else
        sink(position, last);
}

} // namespace apache
