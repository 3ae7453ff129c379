// config/home.h: is a directory a Python environment that the linked Python can use? Asked before any Python runs.
#pragma once

#include "apache/httpd.h"

namespace pyhook {

struct Home {
    const char *executable = nullptr; // its bin/python
    const char *problem = nullptr;    // what is wrong and the cure, or null
};

/// `path` is the environment, its bin/python or its lib directory.
Home find_home(apr_pool_t *pool, const char *path);

} // namespace pyhook
