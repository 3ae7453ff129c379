// apache/stream.h: the bytes of a connection through its filters, TLS included, for protocols other than HTTP.
#pragma once

#include "apache/httpd.h"

#include <string>
#include <string_view>

namespace apache {

/// Lives in the connection's pool. Every call may block.
class Stream {
public:
    explicit Stream(conn_rec *c);

    /// Bytes that have been read and not skipped.
    std::string_view at_hand() const noexcept { return at_hand_; }
    void skip(std::size_t size) { at_hand_.erase(0, size); }

    /// Sends what has been written, then waits for more bytes. Afterwards there are bytes, or the stream has ended.
    apr_status_t fetch(apr_interval_time_t timeout);
    bool ended() const noexcept { return ended_; }

    apr_status_t write(std::string_view data);
    apr_status_t flush();

    /// True if anything has been read or written.
    bool used() const noexcept { return used_; }

private:
    conn_rec *c_;
    apr_bucket_brigade *in_;
    apr_bucket_brigade *out_;
    std::string at_hand_;
    bool ended_ = false;
    bool used_ = false;
    bool unsent_ = false;
};

} // namespace apache
