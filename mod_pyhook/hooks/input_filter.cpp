#include "hooks/input_filter.h"

#include "py/poison.h"

namespace pyhook {

int start_input_filter(const FilterDefinition &, ap_filter_t *) noexcept { return OK; }

apr_status_t filter_input(const FilterDefinition &, ap_filter_t *f, const Wanted &wanted) noexcept {
    return ap_get_brigade(f->next, wanted.into, wanted.mode, wanted.how, wanted.most);
}

} // namespace pyhook
