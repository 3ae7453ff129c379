// filters/sides.h: a Python filter between the client and whoever reads the request's body, and one between the content
// and the client.
#pragma once

#include "config/config.h"

namespace pyhook {

/// What a reader asks an input filter for.
struct Wanted {
    apr_bucket_brigade *into;
    ap_input_mode_t mode;
    apr_read_type_e how;
    apr_off_t most;
};

/// Before the handler runs: the filter's code up to its first yield. OK or a status.
int start_input_filter(const FilterDefinition &definition, ap_filter_t *f) noexcept;

/// What httpd calls for every read from an instance of `definition`.
apr_status_t filter_input(const FilterDefinition &definition, ap_filter_t *f, const Wanted &wanted) noexcept;

/// What httpd calls for every brigade that reaches an instance of `definition`.
apr_status_t filter_output(const FilterDefinition &definition, ap_filter_t *f, apr_bucket_brigade *brigade) noexcept;

} // namespace pyhook
