// t/fuzz/bytes.h: brigades that libFuzzer chooses, and their bytes.
#pragma once

#include "httpd.h"

#include <fuzzer/FuzzedDataProvider.h>
#include <string>

namespace fuzz {

inline std::string bytes_of(apr_bucket_brigade *brigade) {
    char *text = nullptr;
    apr_size_t size = 0;
    demand(apr_brigade_pflatten(brigade, &text, &size, brigade->p) == APR_SUCCESS);
    return {text, size};
}

/// Appends a bucket: data of any length, or a flush. Returns its bytes.
inline std::string add_bucket(apr_bucket_brigade *brigade, FuzzedDataProvider &choices) {
    apr_bucket_alloc_t *alloc = brigade->bucket_alloc;
    const std::string bytes = choices.ConsumeRandomLengthString(30);
    apr_bucket *made = nullptr;
    switch (choices.ConsumeIntegralInRange(0, 3)) {
    case 0:
        APR_BRIGADE_INSERT_TAIL(brigade, apr_bucket_flush_create(alloc));
        return "";
    case 1:
        made = apr_bucket_immortal_create(apr_pstrmemdup(brigade->p, bytes.data(), bytes.size()), bytes.size(), alloc);
        break;
    default:
        made = apr_bucket_heap_create(bytes.data(), bytes.size(), nullptr, alloc);
    }
    APR_BRIGADE_INSERT_TAIL(brigade, made);
    return bytes;
}

} // namespace fuzz
