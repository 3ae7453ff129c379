// apache/filter.h: instances of filters, and the chains in which they stand.
#pragma once

#include "apache/httpd.h"

namespace apache {

/// The pool that lives as long as the stream through the filter.
inline apr_pool_t *pool_of(const ap_filter_t *f) { return f->r != nullptr ? f->r->pool : f->c->pool; }

/// True if an instance of `filter` stands in the chain before `end`.
inline bool stands_in(const ap_filter_t *chain, const ap_filter_rec_t *filter, const ap_filter_t *end = nullptr) {
    while (chain != nullptr && chain != end && chain->frec != filter)
        chain = chain->next;
    return chain != nullptr && chain != end;
}

} // namespace apache
