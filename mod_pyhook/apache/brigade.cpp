#include "apache/brigade.h"

#include <cerrno>
#include <unistd.h>

namespace apache {

std::string_view data_of(apr_bucket *bucket) {
    const char *data = nullptr;
    apr_size_t size = 0;
    if (apr_bucket_read(bucket, &data, &size, APR_NONBLOCK_READ) != APR_SUCCESS)
        return {};
    return {data, size};
}

bool is_file_to_read(const apr_bucket *bucket) {
    if (!APR_BUCKET_IS_FILE(bucket))
        return false;
    apr_file_t *file = static_cast<apr_bucket_file *>(bucket->data)->fd;
    return (apr_file_flags_get(file) & APR_FOPEN_BUFFERED) == 0;
}

apr_status_t read_file(const apr_bucket *bucket, std::span<char> into) {
    apr_os_file_t file = -1;
    apr_os_file_get(&file, static_cast<apr_bucket_file *>(bucket->data)->fd);
    for (apr_size_t done = 0; done < into.size();) {
        const ssize_t size =
            pread(file, into.data() + done, into.size() - done, bucket->start + static_cast<apr_off_t>(done));
        if (size == 0)
            return APR_EOF;
        if (size < 0 && errno != EINTR)
            return errno;
        done += size < 0 ? 0 : static_cast<apr_size_t>(size);
    }
    return APR_SUCCESS;
}

namespace {

/// Brings the bytes of a bucket into memory, and cuts the bucket to `most` bytes. A file stays a file.
apr_status_t make_ready(apr_bucket *bucket, apr_size_t most, apr_read_type_e how) {
    if (!is_file_to_read(bucket)) {
        const char *data = nullptr;
        apr_size_t size = 0;
        const apr_status_t status = apr_bucket_read(bucket, &data, &size, how);
        if (status != APR_SUCCESS)
            return status;
    }
    return bucket->length > most ? apr_bucket_split(bucket, most) : APR_SUCCESS;
}

} // namespace

apr_status_t gather(apr_bucket_brigade *from, apr_bucket_brigade *into, apr_size_t most, apr_read_type_e how) {
    bool moved = false;
    for (apr_size_t total = 0; total < most && !APR_BRIGADE_EMPTY(from); moved = true) {
        apr_bucket *first = APR_BRIGADE_FIRST(from);
        if (!APR_BUCKET_IS_METADATA(first)) {
            const apr_status_t status = make_ready(first, most, how);
            if (status != APR_SUCCESS)
                return APR_STATUS_IS_EAGAIN(status) && moved ? APR_SUCCESS : status;
            total += first->length;
            how = APR_NONBLOCK_READ;
        }
        move(first, into);
    }
    while (!APR_BRIGADE_EMPTY(from) && APR_BUCKET_IS_METADATA(APR_BRIGADE_FIRST(from)))
        move(APR_BRIGADE_FIRST(from), into);
    return APR_SUCCESS;
}

void keep_metadata(apr_bucket_brigade *brigade, bool with_end) {
    for (apr_bucket *bucket = APR_BRIGADE_FIRST(brigade); bucket != APR_BRIGADE_SENTINEL(brigade);) {
        apr_bucket *next = APR_BUCKET_NEXT(bucket);
        if (!APR_BUCKET_IS_METADATA(bucket) || (APR_BUCKET_IS_EOS(bucket) && !with_end))
            apr_bucket_delete(bucket);
        bucket = next;
    }
}

void drop_empty(apr_bucket_brigade *brigade) {
    while (!APR_BRIGADE_EMPTY(brigade) && !APR_BUCKET_IS_METADATA(APR_BRIGADE_FIRST(brigade)) &&
           APR_BRIGADE_FIRST(brigade)->length == 0)
        apr_bucket_delete(APR_BRIGADE_FIRST(brigade));
}

namespace {

apr_status_t take_line(apr_bucket_brigade *from, apr_bucket_brigade *into) {
    const apr_status_t status = apr_brigade_split_line(into, from, APR_NONBLOCK_READ, HUGE_STRING_LEN);
    drop_empty(from); // APR leaves an empty bucket after one that ends with the line
    return status;
}

} // namespace

apr_status_t take(apr_bucket_brigade *from, apr_bucket_brigade *into, ap_input_mode_t mode, apr_off_t most) {
    if (mode == AP_MODE_GETLINE)
        return take_line(from, into);
    apr_bucket *end = APR_BRIGADE_SENTINEL(from);
    if (mode != AP_MODE_EXHAUSTIVE) {
        const apr_status_t status = apr_brigade_partition(from, most, &end);
        if (status != APR_SUCCESS && status != APR_INCOMPLETE)
            return status;
    }
    for (apr_bucket *bucket = APR_BRIGADE_FIRST(from); bucket != end;) {
        apr_bucket *next = APR_BUCKET_NEXT(bucket);
        apr_bucket *copy = bucket;
        if (mode == AP_MODE_SPECULATIVE)
            apr_bucket_copy(bucket, &copy);
        else
            APR_BUCKET_REMOVE(bucket);
        append(into, copy);
        bucket = next;
    }
    return APR_SUCCESS;
}

} // namespace apache
