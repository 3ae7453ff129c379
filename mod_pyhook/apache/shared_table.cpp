#include "apache/shared_table.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstring>
#include <utility>

namespace apache {

namespace {

/// FNV-1a; std::hash may differ between two processes' libraries.
std::uint32_t hash_of(std::string_view key) noexcept {
    std::uint32_t hash = 2166136261U;
    for (const char byte : key)
        hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619U;
    return hash;
}

} // namespace

Moment now() noexcept {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

SharedTable::Index *SharedTable::bucket_array() const noexcept {
    return reinterpret_cast<Index *>(const_cast<SharedTable *>(this) + 1);
}

SharedTable::Chunk *SharedTable::chunks() const noexcept {
    const auto end = reinterpret_cast<std::uintptr_t>(bucket_array() + buckets_);
    return reinterpret_cast<Chunk *>((end + alignof(Moment) - 1) / alignof(Moment) * alignof(Moment));
}

void SharedTable::format(std::size_t size) noexcept {
    const std::size_t entries = (size - sizeof(SharedTable) - alignof(Moment)) / (sizeof(Chunk) + sizeof(Index));
    buckets_ = static_cast<std::uint32_t>(std::bit_floor(entries));
    chunks_ = static_cast<std::uint32_t>(entries);
    clear();
}

void SharedTable::clear() noexcept {
    entries_ = 0;
    std::fill_n(bucket_array(), buckets_, 0);
    free_count_ = chunks_ - 1;
    free_ = 1;
    for (Index chunk = 1; chunk < chunks_; ++chunk)
        chunks()[chunk].next = chunk + 1 < chunks_ ? chunk + 1 : 0;
}

std::size_t SharedTable::chunks_for(std::size_t payload) noexcept {
    return (sizeof(Head) + payload + sizeof(Chunk::data) - 1) / sizeof(Chunk::data);
}

std::size_t SharedTable::chunks_of(Index entry) const noexcept {
    return chunks_for(head(entry).key_size + head(entry).data_size);
}

/// Calls `piece(char *, size)` for the parts of an entry's payload, in their order.
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

/// The link that points to the entry of this key, or the null link at the end of its bucket.
SharedTable::Index *SharedTable::link_to(std::string_view key, std::uint32_t hash) noexcept {
    Index *link = &first(hash & (buckets_ - 1));
    while (*link != 0 && (head(*link).hash != hash || !has_key(*link, key)))
        link = &chunks()[*link].next_entry;
    return link;
}

SharedTable::Index SharedTable::find(std::string_view key, Moment at) noexcept {
    Index *link = link_to(key, hash_of(key));
    if (*link != 0 && head(*link).expires <= at)
        remove(link);
    else
        return *link;
    return 0;
}

void SharedTable::remove(Index *link) noexcept {
    const Index entry = *link;
    free_count_ += static_cast<std::uint32_t>(chunks_of(entry));
    --entries_;
    *link = chunks()[entry].next_entry;
    Index last = entry;
    while (chunks()[last].next != 0)
        last = chunks()[last].next;
    chunks()[last].next = free_;
    free_ = entry;
}

void SharedTable::drop_expired(Moment at) noexcept {
    for (Index bucket = 0; bucket < buckets_; ++bucket)
        for (Index *link = &first(bucket); *link != 0;)
            if (head(*link).expires <= at)
                remove(link);
            else
                link = &chunks()[*link].next_entry;
}

SharedTable::Index SharedTable::take_chain(std::size_t length) noexcept {
    const Index entry = free_;
    Index last = entry;
    for (std::size_t taken = 1; taken < length; ++taken)
        last = chunks()[last].next;
    free_ = chunks()[last].next;
    chunks()[last].next = 0;
    free_count_ -= static_cast<std::uint32_t>(length);
    return entry;
}

bool SharedTable::put(std::string_view key, const Value &value, Moment expires, Moment at) noexcept {
    if (key.size() > std::numeric_limits<std::uint32_t>::max() ||
        value.data.size() > std::numeric_limits<std::uint32_t>::max())
        return false;
    const std::uint32_t hash = hash_of(key);
    const std::size_t needed = chunks_for(key.size() + value.data.size());
    const auto available = [&] {
        const Index old = *link_to(key, hash);
        return free_count_ + (old == 0 ? 0 : chunks_of(old));
    };
    if (needed > available())
        drop_expired(at);
    if (needed > available())
        return false;
    if (Index *link = link_to(key, hash); *link != 0)
        remove(link);
    const Index entry = take_chain(needed);
    head(entry) = {.expires = expires,
                   .number = value.number,
                   .hash = hash,
                   .key_size = static_cast<std::uint32_t>(key.size()),
                   .data_size = static_cast<std::uint32_t>(value.data.size()),
                   .kind = value.kind};
    write(entry, 0, key);
    write(entry, key.size(), value.data);
    chunks()[entry].next_entry = std::exchange(first(hash & (buckets_ - 1)), entry);
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

std::size_t SharedTable::count(Moment at) noexcept {
    drop_expired(at);
    return entries_;
}

std::size_t SharedTable::free_bytes(Moment at) noexcept {
    drop_expired(at);
    return free_count_ * sizeof(Chunk::data);
}

} // namespace apache
