// config/home.h: is a directory a Python environment that the linked Python can use? Asked before any Python runs.
#pragma once

#include "apache/httpd.h"

namespace pyhook {

struct Home {
    const char *root = nullptr;       // the top of the environment
    const char *executable = nullptr; // its bin/python
    const char *problem = nullptr;    // what is wrong and the cure, or null
};

/// `path`, relative to ServerRoot, is the environment, its bin/python or its lib directory.
Home find_home(apr_pool_t *pool, const char *path);

/// `path`, relative to ServerRoot, as a directory that exists; otherwise null and what is wrong in `*problem`.
const char *existing_directory(apr_pool_t *pool, const char *path, const char **problem);

} // namespace pyhook
