#include "apache/body.h"

#include "apache/brigade.h"

#include <apr_file_io.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace apache {

namespace {

constexpr apr_off_t fetch_size = 64 * 1024;
constexpr apr_off_t most_in_memory = 256 * 1024;

/// A body that is being received: a brigade, and a temporary file for the bytes that are too many for it.
class Store {
public:
    Store(request_rec *r, apr_bucket_brigade *brigade) : r_(r), brigade_(brigade) {}

    apr_off_t length() const { return length_; }

    apr_status_t add(apr_bucket *bucket) {
        const char *data = nullptr;
        apr_size_t size = 0;
        const apr_status_t status = apr_bucket_read(bucket, &data, &size, APR_BLOCK_READ);
        if (status != APR_SUCCESS)
            return status;
        length_ += static_cast<apr_off_t>(size);
        if (length_ > most_in_memory)
            return write(data, size);
        return apr_brigade_write(brigade_, nullptr, nullptr, data, size);
    }

    void end() {
        if (file_ != nullptr)
            apr_brigade_insert_file(brigade_, file_, 0, in_file_, r_->pool);
        APR_BRIGADE_INSERT_TAIL(brigade_, apr_bucket_eos_create(r_->connection->bucket_alloc));
    }

private:
    apr_status_t write(const char *data, apr_size_t size) {
        const apr_status_t status = file_ == nullptr ? open() : APR_SUCCESS;
        if (status != APR_SUCCESS)
            return status;
        in_file_ += static_cast<apr_off_t>(size);
        return apr_file_write_full(file_, data, size, nullptr);
    }

    apr_status_t open() {
        const char *directory = nullptr;
        const apr_status_t status = apr_temp_dir_get(&directory, r_->pool);
        if (status != APR_SUCCESS)
            return status;
        char *name = apr_pstrcat(r_->pool, directory, "/pyhook-body.XXXXXX", nullptr);
        const apr_int32_t flags = APR_FOPEN_CREATE | APR_FOPEN_READ | APR_FOPEN_WRITE | APR_FOPEN_EXCL;
        const apr_status_t made = apr_file_mktemp(&file_, name, flags, r_->pool);
        return made == APR_SUCCESS ? apr_file_remove(name, r_->pool) : made;
    }

    request_rec *r_;
    apr_bucket_brigade *brigade_;
    apr_file_t *file_ = nullptr;
    apr_off_t in_file_ = 0;
    apr_off_t length_ = 0;
};

} // namespace

bool has_unknown_coding(const request_rec *r) noexcept {
    const char *coding = apr_table_get(r->headers_in, "Transfer-Encoding");
    return coding != nullptr && ap_cstr_casecmp(coding, "chunked") != 0;
}

Body::Body(request_rec *r)
    : r_(r), brigade_(apr_brigade_create(r->pool, r->connection->bucket_alloc)),
      read_(apr_brigade_create(r->pool, r->connection->bucket_alloc)) {
    const char *length = apr_table_get(r->headers_in, "Content-Length");
    if (length == nullptr || ap_parse_strict_length(&to_come_, length) == 0)
        to_come_ = 0;
}

apr_status_t Body::fetch() {
    while (at_hand_.empty() && !ended_) {
        leave_bucket();
        if (APR_BRIGADE_EMPTY(brigade_)) {
            const apr_status_t status = get_brigade(r_->input_filters, brigade_);
            if (status != APR_SUCCESS)
                return status;
        }
        const apr_status_t status = next_bucket();
        if (status != APR_SUCCESS)
            return status;
    }
    return APR_SUCCESS;
}

bool Body::is_here() const noexcept {
    const apr_bucket *next = current_ == nullptr ? APR_BRIGADE_FIRST(brigade_) : APR_BUCKET_NEXT(current_);
    return !at_hand_.empty() || ended_ || next != APR_BRIGADE_SENTINEL(brigade_);
}

/// Leaves the current bucket, which has been read.
void Body::leave_bucket() {
    if (current_ == nullptr)
        return;
    apr_bucket *bucket = std::exchange(current_, nullptr);
    size_read_ += static_cast<apr_off_t>(bucket->length);
    if (size_read_ > most_given_back || apr_bucket_setaside(bucket, r_->pool) != APR_SUCCESS) {
        size_read_ = most_given_back + 1;
        apr_brigade_cleanup(read_);
        apr_bucket_delete(bucket);
    } else {
        move(bucket, read_);
    }
}

bool Body::put_back() {
    if (size_read_ > most_given_back)
        return false;
    APR_BRIGADE_PREPEND(brigade_, read_);
    if (!APR_BRIGADE_EMPTY(brigade_))
        apache::put_back(r_, brigade_);
    return true;
}

std::size_t Body::take(std::span<char> place) noexcept {
    const std::string_view piece = at_hand_.substr(0, place.size());
    std::copy(piece.begin(), piece.end(), place.begin());
    skip(piece.size());
    return piece.size();
}

std::span<std::string_view> Body::fetched(std::span<std::string_view> places, std::size_t most) {
    std::size_t count = 0;
    const auto add = [&](std::string_view piece) {
        places[count] = piece.substr(0, most);
        most -= places[count++].size();
        return most > 0 && count < places.size();
    };
    if (at_hand_.empty() || !add(at_hand_))
        return places.first(count);
    for (apr_bucket *next = APR_BUCKET_NEXT(current_); next != APR_BRIGADE_SENTINEL(brigade_);
         next = APR_BUCKET_NEXT(next)) {
        const char *data = nullptr;
        apr_size_t size = 0;
        if (APR_BUCKET_IS_METADATA(next) || next->length == static_cast<apr_size_t>(-1) ||
            apr_bucket_read(next, &data, &size, APR_NONBLOCK_READ) != APR_SUCCESS || !add({data, size}))
            break;
    }
    return places.first(count);
}

void Body::skip_fetched(std::size_t size) {
    while (size > at_hand_.size()) {
        size -= std::exchange(at_hand_, {}).size();
        leave_bucket();
        next_bucket(); // which was read before
    }
    skip(size);
}

apr_status_t Body::read(std::span<char> place, std::size_t &done) {
    while (done < place.size() && !ended_) {
        const apr_status_t status = at_hand_.empty() ? fetch() : APR_SUCCESS;
        if (status != APR_SUCCESS)
            return status;
        done += take(place.subspan(done));
    }
    return APR_SUCCESS;
}

/// A sub-request has no body. If it read that of the main request, and that is malformed, httpd would send an error
/// through the main request's output filters, one of which may be waiting for this sub-request.
apr_status_t Body::get_brigade(ap_filter_t *from, apr_bucket_brigade *brigade) {
    if (r_->main != nullptr) {
        APR_BRIGADE_INSERT_TAIL(brigade, apr_bucket_eos_create(r_->connection->bucket_alloc));
        return APR_SUCCESS;
    }
    if (has_unknown_coding(r_))
        return APR_ENOTIMPL;
    return ap_get_brigade(from, brigade, AP_MODE_READBYTES, APR_BLOCK_READ, fetch_size);
}

/// Reads below the content filters, which take their part when the handler reads.
apr_status_t Body::read_ahead() {
    if (copy_kept_body(r_, brigade_))
        return APR_SUCCESS;
    apr_off_t length = 0;
    const apr_status_t status = receive(r_->proto_input_filters, std::numeric_limits<apr_off_t>::max(), length);
    if (status == APR_SUCCESS) {
        keep_body(r_, brigade_);
        copy_kept_body(r_, brigade_);
    }
    return status;
}

apr_status_t Body::receive_all(apr_off_t limit, apr_off_t &length) { return receive(r_->input_filters, limit, length); }

apr_status_t Body::receive(ap_filter_t *from, apr_off_t limit, apr_off_t &length) {
    apr_bucket_brigade *piece = apr_brigade_create(r_->pool, r_->connection->bucket_alloc);
    Store store(r_, brigade_);
    for (bool complete = false; !complete;) {
        const apr_status_t status = get_brigade(from, piece);
        if (status != APR_SUCCESS)
            return status;
        for (apr_bucket *bucket = APR_BRIGADE_FIRST(piece); bucket != APR_BRIGADE_SENTINEL(piece);
             bucket = APR_BUCKET_NEXT(bucket)) {
            complete = complete || APR_BUCKET_IS_EOS(bucket);
            const apr_status_t stored = APR_BUCKET_IS_METADATA(bucket) ? APR_SUCCESS : store.add(bucket);
            if (stored != APR_SUCCESS || store.length() > limit)
                return stored != APR_SUCCESS ? stored : APR_ENOSPC;
        }
        apr_brigade_cleanup(piece);
    }
    store.end();
    length = to_come_ = store.length();
    return APR_SUCCESS;
}

/// Reads the brigade's first bucket. The bucket stays there, because it owns the bytes.
apr_status_t Body::next_bucket() {
    if (APR_BRIGADE_EMPTY(brigade_))
        return APR_SUCCESS;
    current_ = APR_BRIGADE_FIRST(brigade_);
    if (APR_BUCKET_IS_EOS(current_))
        ended_ = true;
    if (APR_BUCKET_IS_METADATA(current_))
        return APR_SUCCESS;
    const char *data = nullptr;
    apr_size_t size = 0;
    const apr_status_t status = apr_bucket_read(current_, &data, &size, APR_BLOCK_READ);
    if (status != APR_SUCCESS)
        return status;
    at_hand_ = {data, size};
    to_come_ = std::max<apr_off_t>(to_come_ - static_cast<apr_off_t>(size), 0);
    return APR_SUCCESS;
}

} // namespace apache
