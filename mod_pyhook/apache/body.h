// apache/body.h: reads a request's body from the input filters, piece by piece.
#pragma once

#include "apache/httpd.h"

#include <span>
#include <string_view>

namespace apache {

/// True if the body comes in a transfer coding that httpd does not decode. It decodes only `chunked`.
bool has_unknown_coding(const request_rec *r) noexcept;

/// Lives in the request's pool. Bytes that have been fetched can be read and skipped without blocking. Only fetch
/// blocks.
class Body {
public:
    explicit Body(request_rec *r);

    /// Receives and keeps the whole body before the handler runs, and starts at its beginning. A later reader finds the
    /// whole body again. Waits.
    apr_status_t read_ahead();

    /// How much of the bytes that a handler has read is kept, so that it can give them back.
    static constexpr apr_off_t most_given_back = 256 * 1024;

    /// Gives the bytes back: the next reader begins where this one began. Returns false if more was read than is kept.
    /// Nothing may be read from here afterwards.
    bool put_back();

    /// Bytes that are already here. Empty if fetch is needed or the body has ended.
    std::string_view at_hand() const noexcept { return at_hand_; }

    /// Marks the first `size` bytes at hand as read.
    void skip(std::size_t size) noexcept { at_hand_.remove_prefix(size); }

    /// Copies bytes that are already here into `place`. Gives their number.
    std::size_t take(std::span<char> place) noexcept;

    /// Fills `place` from its byte `done` on, and advances `done`. Waits. Stops early only at the end of the body.
    apr_status_t read(std::span<char> place, std::size_t &done);

    /// Waits for more bytes. May be called only if at_hand is empty. Afterwards there are bytes, or the body has ended.
    apr_status_t fetch();

    /// The bytes that have been fetched, at most `most`, in the pieces in which they came, as many as there are places
    /// for. They are valid until `skip_fetched`. None at the end of the body.
    std::span<std::string_view> fetched(std::span<std::string_view> places, std::size_t most);

    /// Marks the first `size` bytes that `fetched` has given as read.
    void skip_fetched(std::size_t size);

    bool ended() const noexcept { return ended_; }

    /// True if more, or the end, has come from the input filters: `fetch` need not ask them.
    bool is_here() const noexcept;

    /// How many bytes are expected, or 0 if that is not known. Filters may make more or fewer of them.
    apr_off_t expected() const noexcept { return ended_ ? 0 : to_come_ + static_cast<apr_off_t>(at_hand_.size()); }

    /// Receives the whole body now: the first bytes into memory, the rest into a temporary file without a name. Waits.
    /// Returns APR_ENOSPC if the body is longer than `limit`.
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
    apr_bucket_brigade *read_; // the buckets that have been read, unless they are too large
    apr_off_t size_read_ = 0;
    bool ended_ = false;
    apr_off_t to_come_ = 0; // the bytes expected beyond at_hand_
};

// A whole body is kept so that a later reader finds it again (kept_body.cpp).

/// Registers the filters that give a kept body.
void register_kept_body();

/// Moves a whole received body, with its end, from `received` to the place where the handler finds it.
void keep_body(request_rec *r, apr_bucket_brigade *received);

/// Copies the kept body into `into`. Returns false if there is none.
bool copy_kept_body(const request_rec *r, apr_bucket_brigade *into);

/// Gives back what a handler has read, which content filters have seen already. The handler that runs instead, or after
/// an internal redirect, reads these bytes first.
void put_back(request_rec *r, apr_bucket_brigade *read);

} // namespace apache
