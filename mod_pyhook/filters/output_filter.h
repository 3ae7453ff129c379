// filters/output_filter.h: a Python filter between the content and the client.
#pragma once

#include "config/config.h"

namespace pyhook {

/// What httpd calls for every brigade that reaches an instance of `definition`.
apr_status_t filter_output(const FilterDefinition &definition, ap_filter_t *f, apr_bucket_brigade *brigade) noexcept;

} // namespace pyhook
