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

/// What the process keeps from one configuration to the next. The module is unloaded in between. So this is plain data,
/// and its key must change with its layout or that of the table.
struct Segment {
    apr_pool_t *pool;
    void *memory;
    std::size_t size;
};
constexpr const char *segments_key = "mod_pyhook:shared:2";

apr_hash_t *segments(process_rec *process) {
    void *known = nullptr;
    apr_pool_userdata_get(&known, segments_key, process->pool);
    if (known == nullptr) {
        known = apr_hash_make(process->pool);
        apr_pool_userdata_set(known, segments_key, nullptr,
                              process->pool); // copies the key, which is unloaded with the module
    }
    return static_cast<apr_hash_t *>(known);
}

void forget(apr_hash_t *known, const char *name, Segment *segment) {
    apr_hash_set(known, name, APR_HASH_KEY_STRING, nullptr);
    apr_pool_destroy(segment->pool);
}

/// Makes a robust mutex: if its holder dies, the next one is told, and no process waits for ever.
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
        SharedTable::Secret secret;
        if (apr_generate_random_bytes(secret.data(), secret.size()) != APR_SUCCESS || !make_mutex(block->mutex)) {
            forget(known, name, segment);
            return nullptr;
        }
        block->table.format(size - offsetof(Block, table), secret);
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

Shared::Hold::Hold(Shared &shared) noexcept : shared_(shared) { take(pthread_mutex_lock(&shared.block_->mutex)); }

Shared::Hold::Hold(Shared &shared, std::try_to_lock_t) noexcept : shared_(shared) {
    take(pthread_mutex_trylock(&shared.block_->mutex));
}

/// Empties the table if the holder of the lock has died, because its changes may be incomplete.
void Shared::Hold::take(int result) noexcept {
    found_dead_ = result == EOWNERDEAD;
    held_ = found_dead_ || result == 0;
    if (!found_dead_)
        return;
    table().clear();
    pthread_mutex_consistent(&shared_.block_->mutex);
}

Shared::Hold::~Hold() {
    if (held_)
        pthread_mutex_unlock(&shared_.block_->mutex);
    if (found_dead_)
        log(APLOG_ERR, ap_server_conf, shared_.broken_);
}

SharedTable &Shared::Hold::table() const noexcept { return shared_.block_->table; }

} // namespace apache
