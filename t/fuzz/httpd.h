// t/fuzz/httpd.h: a pool and a server for one input of a fuzz target.
#pragma once

#include "apache/httpd.h"

#include <cstdint>
#include <string_view>

namespace fuzz {

class Pool {
public:
    Pool();
    Pool(const Pool &) = delete;
    Pool &operator=(const Pool &) = delete;
    ~Pool() { apr_pool_destroy(pool_); }

    operator apr_pool_t *() const noexcept { return pool_; } // NOLINT(google-explicit-constructor)

private:
    apr_pool_t *pool_ = nullptr;
};

/// The server whose configuration the directives fill.
class Server {
public:
    explicit Server(apr_pool_t *pool, void *config = nullptr);

    operator server_rec *() noexcept { return &record_; } // NOLINT(google-explicit-constructor)

private:
    process_rec process_{};
    server_rec record_{};
    void *config_; // the only module is mod_pyhook
};

inline std::string_view text_of(const std::uint8_t *data, std::size_t size) {
    return {reinterpret_cast<const char *>(data), size};
}

/// Fails the run if the condition is false. libFuzzer keeps the input.
inline void demand(bool holds) {
    if (!holds)
        __builtin_trap();
}

} // namespace fuzz
