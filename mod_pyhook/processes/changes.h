// processes/changes.h: what a content handler in a worker process may set in httpd. Nothing else reaches the request.
#pragma once

#include "apache/httpd.h"

#include <string_view>

namespace pyhook::processes {

/// Takes a frame `set`: a name, the number of its values, the values; again and again. A field has one value, or none
/// for None. A table has the name of an entry and then all its values: those of before are replaced. Throws
/// std::invalid_argument, whose text says what is wrong; what stood before that is set. Of notes only those are set or
/// removed that a process has made: others may be those of a module that is not known here.
void apply_changes(request_rec *r, std::string_view payload);

} // namespace pyhook::processes
