// apache/brigade.h: moves buckets between brigades.
#pragma once

#include "apache/httpd.h"

#include <span>
#include <string_view>

namespace apache {

inline void append(apr_bucket_brigade *brigade, apr_bucket *bucket) { APR_BRIGADE_INSERT_TAIL(brigade, bucket); }

/// Moves one bucket to the end of another brigade.
inline void move(apr_bucket *bucket, apr_bucket_brigade *into) {
    APR_BUCKET_REMOVE(bucket);
    APR_BRIGADE_INSERT_TAIL(into, bucket);
}

/// Puts the buckets left in `rest` back to the front of `brigade`.
inline void put_back(apr_bucket_brigade *rest, apr_bucket_brigade *brigade) { APR_BRIGADE_PREPEND(brigade, rest); }

/// The bytes of a data bucket that `gather` has moved. They are in memory already.
std::string_view data_of(apr_bucket *bucket);

/// True for a part of a file, which is best read directly to where its bytes are needed. To map it into memory would
/// cost more, and would kill the process if the file were cut meanwhile.
bool is_file_to_read(const apr_bucket *bucket);

/// Reads the whole part of the file that the bucket stands for. Returns APR_EOF if the file has become too short.
apr_status_t read_file(const apr_bucket *bucket, std::span<char> into);

/// Moves buckets from the front of `from` to `into`: data buckets, which it reads, until there are `most` bytes or the
/// end is reached, the metadata between them and the metadata after them. A bucket longer than `most` is split. A file
/// for `read_file` is moved unread. With APR_NONBLOCK_READ it returns APR_EAGAIN if nothing has come yet. With
/// APR_BLOCK_READ it waits, but only for the first bucket.
apr_status_t gather(apr_bucket_brigade *from, apr_bucket_brigade *into, apr_size_t most, apr_read_type_e how);

/// Drops the data. Metadata stays, but the end of the stream only if `with_end`.
void keep_metadata(apr_bucket_brigade *brigade, bool with_end);

/// Drops empty data buckets from the front. To a reader, a brigade of only these would say that nothing has come.
void drop_empty(apr_bucket_brigade *brigade);

/// Moves buckets from the front of `from` to `into`, in the way in which the reader of an input filter asks for them.
apr_status_t take(apr_bucket_brigade *from, apr_bucket_brigade *into, ap_input_mode_t mode, apr_off_t most);

} // namespace apache
