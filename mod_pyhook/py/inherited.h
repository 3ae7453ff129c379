// py/inherited.h: decides in which environment a further interpreter starts: the main one's or its own.
#pragma once

#include "py/python.h"

#include <string>

namespace py {

/// A virtual environment, or the Python that is linked. If there is neither, both are empty.
struct Environment {
    std::string prefix;
    std::string executable;
};

/// While this object lives, an interpreter that is made from the attached one starts in `environment`; if that is
/// empty, in the same environment as the attached one. It starts without `site`, because Python 3.11 ends the process
/// if `site` fails there. `import_site` then runs it.
class inherited {
public:
    explicit inherited(const Environment &environment) noexcept;
    inherited(const inherited &) = delete;
    inherited &operator=(const inherited &) = delete;
    ~inherited();

private:
    PyConfig &config_;
    const PyConfig kept_;
};

/// Runs `site` in the attached interpreter, which was made without it. `site` sets up the environment.
void import_site();

} // namespace py
