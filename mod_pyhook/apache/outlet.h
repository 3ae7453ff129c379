// apache/outlet.h: the last filter of a suspended connection, in place of httpd's own, which may wait for the client.
#pragma once

#include "apache/httpd.h"

#include <string>
#include <string_view>

namespace apache {

/// Whatever comes down the filters is sent as far as the client takes it at that moment; the rest stays here until
/// `drain`. Lives in the connection's pool.
class Outlet {
public:
    static void register_filter();

    /// Puts one in front of httpd's own filter, from where nothing may be left to be sent. Also for the request's
    /// filters.
    static Outlet *insert(request_rec *r);

    /// The one of a connection, or null.
    static Outlet *of(const conn_rec *c) noexcept;

    explicit Outlet(conn_rec *c) noexcept;

    /// Sends what is left, without waiting.
    void drain() noexcept;

    /// Bytes that the client has not taken yet.
    std::size_t unsent() const noexcept { return unsent_.size() - at_; }

    /// Of what concerns the connection alone.
    void *owner = nullptr;

private:
    static apr_status_t filter(ap_filter_t *f, apr_bucket_brigade *brigade) noexcept;
    apr_status_t take(apr_bucket_brigade *brigade);
    void take(std::string_view data);
    std::size_t send(std::string_view data) noexcept;

    conn_rec *c_;
    int socket_ = -1;
    std::string unsent_;
    std::size_t at_ = 0; // bytes of it that were sent
};

} // namespace apache
