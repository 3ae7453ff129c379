// apache/body.h: a request's body as it comes from the input filters, piece by piece.
#pragma once

#include "apache/httpd.h"

#include <span>
#include <string_view>

namespace apache {

/// Does the body come in a transfer coding that nobody undoes? httpd knows `chunked` only.
bool has_unknown_coding(const request_rec *r) noexcept;

/// Lives in the request's pool. What has been fetched can be looked at and skipped without blocking; only fetch blocks.
class Body {
public:
    explicit Body(request_rec *r);

    /// Of one that is read before the handler runs all is received and kept, and read from its beginning: whoever reads
    /// it later finds it whole. Waits.
    apr_status_t read_ahead();

    /// As much of what a handler has read is kept, so that it can give it back.
    static constexpr apr_off_t most_given_back = 256 * 1024;

    /// Whoever reads the body next begins where this one began. False when more was read than is kept. Nothing may be
    /// read from here afterwards.
    bool put_back();

    /// Bytes that are already here; empty when fetch is needed or the body has ended.
    std::string_view at_hand() const noexcept { return at_hand_; }

    /// Marks the first `size` bytes at hand as read.
    void skip(std::size_t size) noexcept { at_hand_.remove_prefix(size); }

    /// Copies bytes that are already here into `place`; how many.
    std::size_t take(std::span<char> place) noexcept;

    /// Fills `place` from its byte `done` on, and advances `done`. Waits; ends early only at the end of the body.
    apr_status_t read(std::span<char> place, std::size_t &done);

    /// Waits for more. To be called only with nothing at hand. Afterwards there are bytes, or the body has ended.
    apr_status_t fetch();

    bool ended() const noexcept { return ended_; }

    /// How many bytes are to come, as far as one knows: filters may make more or fewer of them. 0 when nothing is
    /// known.
    apr_off_t expected() const noexcept { return ended_ ? 0 : to_come_ + static_cast<apr_off_t>(at_hand_.size()); }

    /// Receives all of it now: the first bytes into memory, the rest into a temporary file without a name. Waits.
    /// APR_ENOSPC when it is longer than `limit`.
    apr_status_t receive_all(apr_off_t limit, apr_off_t &length);

private:
    apr_status_t next_bucket();
    void leave_bucket();
    apr_status_t get_brigade(ap_filter_t *from, apr_bucket_brigade *brigade);
    apr_status_t receive(ap_filter_t *from, apr_off_t limit, apr_off_t &length);

    request_rec *r_;
    apr_bucket_brigade *brigade_;
    apr_bucket *current_ = nullptr; // its data is at_hand_
    std::string_view at_hand_;
    apr_bucket_brigade *read_; // what has been read, unless it is too much
    apr_off_t size_read_ = 0;
    bool ended_ = false;
    apr_off_t to_come_ = 0; // beyond what is at hand
};

} // namespace apache
