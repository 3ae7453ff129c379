#include "apache/brigade.h"

namespace apache {

std::string_view data_of(apr_bucket *bucket) {
    const char *data = nullptr;
    apr_size_t size = 0;
    if (apr_bucket_read(bucket, &data, &size, APR_NONBLOCK_READ) != APR_SUCCESS)
        return {};
    return {data, size};
}

apr_status_t gather(apr_bucket_brigade *from, apr_bucket_brigade *into, apr_size_t most, apr_read_type_e how) {
    bool moved = false;
    for (apr_size_t total = 0; total < most && !APR_BRIGADE_EMPTY(from); moved = true) {
        apr_bucket *first = APR_BRIGADE_FIRST(from);
        if (!APR_BUCKET_IS_METADATA(first)) {
            const char *data = nullptr;
            apr_size_t size = 0;
            const apr_status_t status = apr_bucket_read(first, &data, &size, how);
            if (status != APR_SUCCESS)
                return APR_STATUS_IS_EAGAIN(status) && moved ? APR_SUCCESS : status;
            if (size > most)
                apr_bucket_split(first, most);
            total += first->length;
            how = APR_NONBLOCK_READ;
        }
        move(first, into);
    }
    while (!APR_BRIGADE_EMPTY(from) && APR_BUCKET_IS_METADATA(APR_BRIGADE_FIRST(from)))
        move(APR_BRIGADE_FIRST(from), into);
    return APR_SUCCESS;
}

apr_size_t spare_files(apr_bucket_brigade *brigade, apr_size_t most) {
    apr_size_t before = 0;
    for (apr_bucket *bucket = APR_BRIGADE_FIRST(brigade); bucket != APR_BRIGADE_SENTINEL(brigade) && before < most;
         bucket = APR_BUCKET_NEXT(bucket)) {
        if (APR_BUCKET_IS_METADATA(bucket) || bucket->length == 0)
            continue;
        if (APR_BUCKET_IS_FILE(bucket) && before != 0)
            return before;
        if (bucket->length == static_cast<apr_size_t>(-1))
            return most;
        if (APR_BUCKET_IS_FILE(bucket) && bucket->length > most)
            apr_bucket_split(bucket, most);
        before += bucket->length;
        if (APR_BUCKET_IS_FILE(bucket))
            return before;
    }
    return most;
}

void keep_metadata(apr_bucket_brigade *brigade, bool with_end) {
    for (apr_bucket *bucket = APR_BRIGADE_FIRST(brigade); bucket != APR_BRIGADE_SENTINEL(brigade);) {
        apr_bucket *next = APR_BUCKET_NEXT(bucket);
        if (!APR_BUCKET_IS_METADATA(bucket) || (APR_BUCKET_IS_EOS(bucket) && !with_end))
            apr_bucket_delete(bucket);
        bucket = next;
    }
}

apr_status_t take(apr_bucket_brigade *from, apr_bucket_brigade *into, ap_input_mode_t mode, apr_off_t most) {
    if (mode == AP_MODE_GETLINE)
        return apr_brigade_split_line(into, from, APR_NONBLOCK_READ, HUGE_STRING_LEN);
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
