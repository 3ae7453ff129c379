// apache/series.h: rows of numbers that all children share, each found by the texts that name it.
#pragma once

#include "apache/httpd.h"

#include <apr_shm.h>
#include <apr_siphash.h>

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string_view>

namespace apache {

/// A table in shared memory of limited size. Rows are added but never removed, so that nobody needs a lock: a row
/// belongs to the hash of its key from the moment when the first thread wants it. `Value` consists of atomics, for
/// which all bytes zero is a good beginning.
template <class Value, std::size_t most_key = 230> class Series {
public:
    /// Makes the memory, which ends with the pool, for so many rows. Null if there is none.
    static Series *make(apr_pool_t *pool, std::size_t rows) noexcept {
        const std::size_t places = std::bit_ceil(rows * 2); // at most half of them are taken: searches are short
        apr_shm_t *shm = nullptr;
        Secret secret{};
        if (apr_shm_create(&shm, sizeof(Head) + places * sizeof(Row), nullptr, pool) != APR_SUCCESS ||
            apr_generate_random_bytes(secret.data(), secret.size()) != APR_SUCCESS)
            return nullptr;
        auto *head = static_cast<Head *>(apr_shm_baseaddr_get(shm)); // zeros, of which no page is touched yet
        return new (apr_palloc(pool, sizeof(Series))) Series(head, rows, places, secret);
    }

    /// The values of the row that these texts name, which is added if need be. Null if the table is full, or the texts
    /// are too long for it.
    Value *find(std::initializer_list<std::string_view> texts) noexcept {
        std::array<char, most_key> key;
        std::size_t size = 0;
        for (const std::string_view text : texts) {
            if (size + text.size() + 1 > key.size())
                return nullptr;
            std::memcpy(key.data() + size, text.data(), text.size());
            size += text.size();
            key[size++] = '\0';
        }
        return find(std::string_view(key.data(), size));
    }

    /// The same for a whole key. Whoever takes a row writes its key. If the process dies just then, the row has no name
    /// and is never shown.
    Value *find(std::string_view key) noexcept {
        if (key.empty() || key.size() > most_key)
            return nullptr;
        const std::uint64_t hash = apr_siphash24(key.data(), key.size(), secret_.data()) | 1;
        for (std::size_t at = hash >> 1;; ++at) {
            Row &row = rows_[at & (places_ - 1)];
            std::uint64_t there = row.hash.load(std::memory_order_relaxed);
            if (there == 0 && head_->taken.load(std::memory_order_relaxed) >= most_)
                return nullptr;
            if (there == 0 && row.hash.compare_exchange_strong(there, hash, std::memory_order_relaxed)) {
                head_->taken.fetch_add(1, std::memory_order_relaxed);
                std::memcpy(row.key, key.data(), key.size());
                row.size.store(static_cast<std::uint16_t>(key.size()), std::memory_order_release);
                return &row.value;
            }
            if (there == hash)
                return &row.value;
        }
    }

    /// Calls `visit(key, value)` for each row. A key has its texts with a NUL behind each.
    template <class Visit> void each(Visit visit) const {
        for (std::size_t at = 0; at < places_; ++at)
            if (const std::size_t size = rows_[at].size.load(std::memory_order_acquire); size != 0)
                visit(std::string_view(rows_[at].key, size), static_cast<const Value &>(rows_[at].value));
    }

private:
    using Secret = std::array<unsigned char, APR_SIPHASH_KSIZE>;

    struct Row {
        std::atomic<std::uint64_t> hash; // of the key; 0: the row is free
        std::atomic<std::uint16_t> size; // of the key; 0 until that is complete
        char key[most_key];
        Value value;
    };

    struct alignas(Row) Head { // the rows lie behind it
        std::atomic<std::size_t> taken;
    };

    Series(Head *head, std::size_t rows, std::size_t places, const Secret &secret) noexcept
        : head_(head), rows_(reinterpret_cast<Row *>(head + 1)), most_(rows), places_(places), secret_(secret) {}

    Head *head_;
    Row *rows_;
    std::size_t most_;
    std::size_t places_;
    Secret secret_;
};

} // namespace apache
