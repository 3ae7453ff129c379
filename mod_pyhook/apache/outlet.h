// apache/outlet.h: the last filter of a suspended connection. It replaces httpd's own, which may wait for the client.
#pragma once

#include "apache/httpd.h"

#include <chrono>
#include <string>
#include <string_view>

namespace apache {

/// Sends what comes down the filters as far as the client takes it at that moment. The rest stays here until `drain`.
/// Lives in the connection's pool.
class Outlet {
public:
    static void register_filter();

    /// Puts an outlet before httpd's own filter, which may hold nothing back then. The request's filters lead to it
    /// too.
    static Outlet *insert(request_rec *r);

    /// The outlet of a connection, or null.
    static Outlet *of(const conn_rec *c) noexcept;

    explicit Outlet(conn_rec *c) noexcept;

    /// Sends what is left, without waiting.
    void drain() noexcept;

    /// From now on, if much is unsent, the calling thread waits before more is taken: at most for `patience`, until the
    /// client takes something. Zero: no thread waits.
    void wait_for_client(std::chrono::microseconds patience) noexcept { patience_ = patience; }

    /// Bytes that the client has not taken yet.
    std::size_t unsent() const noexcept { return unsent_.size() - at_; }

    /// For the code that has inserted the outlet.
    void *owner = nullptr;

private:
    static apr_status_t filter(ap_filter_t *f, apr_bucket_brigade *brigade) noexcept;
    apr_status_t take(apr_bucket_brigade *brigade);
    void take(std::string_view data);
    std::size_t send(std::string_view data) noexcept;
    void wait() noexcept;

    conn_rec *c_;
    int socket_ = -1;
    std::string unsent_;
    std::size_t at_ = 0;                   // how many bytes of it were sent
    std::chrono::microseconds patience_{}; // how long a thread may wait for the client
};

} // namespace apache
