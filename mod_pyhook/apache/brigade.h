// apache/brigade.h: buckets moved between brigades.
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

/// What is left in `rest` comes first in `brigade` again.
inline void put_back(apr_bucket_brigade *rest, apr_bucket_brigade *brigade) { APR_BRIGADE_PREPEND(brigade, rest); }

/// The bytes of a data bucket that `gather` has moved: they are in memory already.
std::string_view data_of(apr_bucket *bucket);

/// Part of a file whose bytes are best read to where they are needed. To map it into memory would cost more, and kill
/// the process when the file is cut meanwhile.
bool is_file_to_read(const apr_bucket *bucket);

/// Reads all that such a bucket stands for; APR_EOF if the file has become too short.
apr_status_t read_file(const apr_bucket *bucket, std::span<char> into);

/// Reads data buckets at the front of `from` and moves them to `into`, metadata with them, until `most` bytes or
/// the end are reached, and the metadata behind them. With APR_NONBLOCK_READ the answer is APR_EAGAIN where
/// nothing has come yet; with APR_BLOCK_READ it waits, for the first bucket only. Buckets longer than `most` are split.
/// A file to be read with `read_file` is moved unread.
apr_status_t gather(apr_bucket_brigade *from, apr_bucket_brigade *into, apr_size_t most, apr_read_type_e how);

/// Throws data away; metadata stays, the end of the stream only if `with_end`.
void keep_metadata(apr_bucket_brigade *brigade, bool with_end);

/// Data buckets of no length at the front go: to a reader a brigade of them says that nothing has come.
void drop_empty(apr_bucket_brigade *brigade);

/// Moves buckets from the front of `from` to `into`, as an input filter's reader wants them.
apr_status_t take(apr_bucket_brigade *from, apr_bucket_brigade *into, ap_input_mode_t mode, apr_off_t most);

} // namespace apache
