// apache/filter.h: instances of filters, and the chains they stand in.
#pragma once

#include "apache/httpd.h"

namespace apache {

/// What lives as long as the stream through the filter.
inline apr_pool_t *pool_of(const ap_filter_t *f) { return f->r != nullptr ? f->r->pool : f->c->pool; }

/// Does an instance of `filter` stand in the chain, in front of `end`?
inline bool stands_in(const ap_filter_t *chain, const ap_filter_rec_t *filter, const ap_filter_t *end = nullptr) {
    while (chain != nullptr && chain != end && chain->frec != filter)
        chain = chain->next;
    return chain != nullptr && chain != end;
}

} // namespace apache
