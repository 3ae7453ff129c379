#include "apache/shared.h"

#include "apache/log.h"
#include "apache/pool.h"

#include <apr_shm.h>

#include <algorithm>
#include <cerrno>
#include <pthread.h>

namespace apache {

struct Shared::Block {
    pthread_mutex_t mutex;
    SharedTable table; // to the end of the memory
};

namespace {

/// What the process keeps from one configuration to the next. The module is unloaded in between: plain data only, and
/// a name that changes with its layout or the table's.
struct Segment {
    apr_pool_t *pool;
    void *memory;
    std::size_t size;
};
constexpr const char *segments_key = "mod_pyhook:shared:1";

apr_hash_t *segments(process_rec *process) {
    void *known = nullptr;
    apr_pool_userdata_get(&known, segments_key, process->pool);
    if (known == nullptr) {
        known = apr_hash_make(process->pool);
        apr_pool_userdata_set(known, segments_key, nullptr,
                              process->pool); // copies the key, which goes with the module
    }
    return static_cast<apr_hash_t *>(known);
}

void forget(apr_hash_t *known, const char *name, Segment *segment) {
    apr_hash_set(known, name, APR_HASH_KEY_STRING, nullptr);
    apr_pool_destroy(segment->pool);
}

/// Robust: when its holder dies the next one is told, and nobody waits for ever.
bool make_mutex(pthread_mutex_t &mutex) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    const bool made = pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) == 0 &&
                      pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0 &&
                      pthread_mutex_init(&mutex, &attributes) == 0;
    pthread_mutexattr_destroy(&attributes);
    return made;
}

Segment *make_segment(apr_hash_t *known, process_rec *process, const char *name, std::size_t size) {
    apr_pool_t *pool = nullptr;
    apr_shm_t *shm = nullptr;
    if (apr_pool_create(&pool, process->pool) != APR_SUCCESS)
        return nullptr;
    if (apr_shm_create(&shm, size, nullptr, pool) != APR_SUCCESS) {
        apr_pool_destroy(pool);
        return nullptr;
    }
    auto *segment = static_cast<Segment *>(apr_palloc(pool, sizeof(Segment)));
    *segment = {.pool = pool, .memory = apr_shm_baseaddr_get(shm), .size = size};
    apr_hash_set(known, apr_pstrdup(pool, name), APR_HASH_KEY_STRING, segment);
    return segment;
}

} // namespace

Shared *Shared::open(apr_pool_t *pconf, process_rec *process, const char *name, std::size_t size, const char *broken) {
    apr_hash_t *known = segments(process);
    auto *segment = static_cast<Segment *>(apr_hash_get(known, name, APR_HASH_KEY_STRING));
    if (segment != nullptr && segment->size != size) {
        forget(known, name, segment);
        segment = nullptr;
    }
    const bool fresh = segment == nullptr;
    if (fresh)
        segment = make_segment(known, process, name, size);
    if (segment == nullptr)
        return nullptr;
    auto *block = static_cast<Block *>(segment->memory);
    if (fresh) {
        if (!make_mutex(block->mutex)) {
            forget(known, name, segment);
            return nullptr;
        }
        block->table.format(size - offsetof(Block, table));
    }
    return new (apr_palloc(pconf, sizeof(Shared))) Shared(name, size, block, broken);
}

void Shared::keep_only(process_rec *process, std::span<Shared *const> kept) {
    apr_hash_t *known = segments(process);
    for (apr_hash_index_t *at = apr_hash_first(nullptr, known); at != nullptr; at = apr_hash_next(at)) {
        const auto *name = static_cast<const char *>(apr_hash_this_key(at));
        const auto named = [name](const Shared *shared) { return strcmp(shared->name(), name) == 0; };
        if (std::none_of(kept.begin(), kept.end(), named))
            forget(known, name, static_cast<Segment *>(apr_hash_this_val(at)));
    }
}

/// Whoever finds that the holder died within begins anew: what it was changing can't be trusted.
bool Shared::locked(int result) noexcept {
    if (result == EOWNERDEAD) {
        block_->table.format(size_ - offsetof(Block, table));
        pthread_mutex_consistent(&block_->mutex);
        log(APLOG_ERR, ap_server_conf, broken_);
        return true;
    }
    return result == 0;
}

void Shared::lock() noexcept { locked(pthread_mutex_lock(&block_->mutex)); }
bool Shared::try_lock() noexcept { return locked(pthread_mutex_trylock(&block_->mutex)); }
void Shared::unlock() noexcept { pthread_mutex_unlock(&block_->mutex); }
SharedTable &Shared::table() noexcept { return block_->table; }

} // namespace apache
