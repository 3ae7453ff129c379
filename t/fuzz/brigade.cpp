// Cuts, moves and takes buckets in random ways: no byte is lost, doubled or out of order.
#include "apache/brigade.h"

#include "bytes.h"
#include "httpd.h"

#include <string>

namespace {

constexpr ap_input_mode_t modes[] = {AP_MODE_READBYTES, AP_MODE_GETLINE, AP_MODE_SPECULATIVE, AP_MODE_EXHAUSTIVE};

/// Takes buckets, and checks that they are what the mode asks for.
void take(apr_bucket_brigade *from, apr_bucket_brigade *into, ap_input_mode_t mode, apr_off_t most) {
    const std::string before = fuzz::bytes_of(into);
    fuzz::demand(apache::take(from, into, mode, most) == APR_SUCCESS);
    const std::string taken = fuzz::bytes_of(into).substr(before.size());
    if (mode == AP_MODE_READBYTES || mode == AP_MODE_SPECULATIVE)
        fuzz::demand(static_cast<apr_off_t>(taken.size()) <= most);
    if (mode == AP_MODE_GETLINE)
        fuzz::demand(taken.find('\n') >= std::max<std::size_t>(taken.size(), 1) - 1);
    if (mode == AP_MODE_EXHAUSTIVE)
        fuzz::demand(APR_BRIGADE_EMPTY(from));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const fuzz::Pool pool;
    FuzzedDataProvider choices(data, size);
    apr_bucket_alloc_t *alloc = apr_bucket_alloc_create(pool);
    apr_bucket_brigade *source = apr_brigade_create(pool, alloc);
    apr_bucket_brigade *gathered = apr_brigade_create(pool, alloc);
    apr_bucket_brigade *taken = apr_brigade_create(pool, alloc);
    std::string all;
    while (choices.remaining_bytes() > 0) {
        const auto most = choices.ConsumeIntegralInRange<apr_size_t>(1, 40);
        switch (choices.ConsumeIntegralInRange(0, 2)) {
        case 0:
            all += fuzz::add_bucket(source, choices);
            break;
        case 1:
            fuzz::demand(apache::gather(source, gathered, most, APR_BLOCK_READ) == APR_SUCCESS);
            break;
        default:
            const ap_input_mode_t mode = choices.PickValueInArray(modes);
            apr_bucket_brigade *into = mode == AP_MODE_SPECULATIVE ? apr_brigade_create(pool, alloc) : taken;
            take(gathered, into, mode, static_cast<apr_off_t>(most));
        }
        fuzz::demand(fuzz::bytes_of(taken) + fuzz::bytes_of(gathered) + fuzz::bytes_of(source) == all);
    }
    for (const bool with_end : {true, false}) {
        apache::keep_metadata(gathered, with_end);
        fuzz::demand(fuzz::bytes_of(gathered).empty());
    }
    return 0;
}
