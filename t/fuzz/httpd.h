// t/fuzz/httpd.h: what fuzz targets need of httpd: a pool and a server for the length of one input.
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

/// Where directives leave what they say, and callables are numbered.
class Server {
public:
    explicit Server(apr_pool_t *pool, void *config = nullptr);

    operator server_rec *() noexcept { return &record_; } // NOLINT(google-explicit-constructor)

private:
    process_rec process_{};
    server_rec record_{};
    void *config_; // ours is the only module
};

inline std::string_view text_of(const std::uint8_t *data, std::size_t size) {
    return {reinterpret_cast<const char *>(data), size};
}

/// What must hold; libFuzzer keeps the input for which it does not.
inline void demand(bool holds) {
    if (!holds)
        __builtin_trap();
}

} // namespace fuzz
