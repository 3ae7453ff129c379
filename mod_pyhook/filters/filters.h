// filters/filters.h: the filters that the configuration defines: httpd knows them by their names. Input filters stand
// between the client and the reader of a request's body, output filters between the content and the client.
#pragma once

#include "config/config.h"
#include "types/filter.h"

#include <span>

namespace pyhook {

/// Makes `definition` known to httpd. Returns null, or a sentence that says what is wrong.
const char *define_filter(apr_pool_t *pool, server_rec *s, Direction direction, const FilterDefinition &definition);

/// PyHookOutputFilter and PyHookInputFilter.
std::span<const command_rec> filter_directives();

/// What a reader asks of an input filter.
struct Wanted {
    apr_bucket_brigade *into;
    ap_input_mode_t mode;
    apr_read_type_e how;
    apr_off_t most;
};

/// Runs the code of the filter up to its first yield, before the handler runs. Returns OK or a status.
int start_input_filter(const FilterDefinition &definition, ap_filter_t *f) noexcept;

/// httpd calls this for every read from an instance of `definition`.
apr_status_t filter_input(const FilterDefinition &definition, ap_filter_t *f, const Wanted &wanted) noexcept;

/// httpd calls this for every brigade that reaches an instance of `definition`.
apr_status_t filter_output(const FilterDefinition &definition, ap_filter_t *f, apr_bucket_brigade *brigade) noexcept;

} // namespace pyhook
