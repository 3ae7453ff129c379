// py/inherited.h: which environment a further interpreter starts in: the main one's or its own.
#pragma once

#include "py/python.h"

#include <string>

namespace py {

/// A virtual environment, or the Python that is linked; of none, both are empty.
struct Environment {
    std::string prefix;
    std::string executable;
};

/// While this object lives, an interpreter that is made from the attached one starts in `environment`, if that is none
/// in the same one, and without `site`: in 3.11 the process ends where that fails. `import_site` makes up for it.
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

/// Runs `site` in the attached interpreter, which was made without it; it sets up the environment.
void import_site();

} // namespace py
