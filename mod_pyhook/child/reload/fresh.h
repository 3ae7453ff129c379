// child/reload/fresh.h: interpreters that load edited code, complete before the first request goes to them.
#pragma once

#include "child/pool.h"
#include "child/reload/edits.h"
#include "config/config.h"

namespace pyhook {

class Child;

class Fresh {
public:
    Fresh(Child &child, const InterpreterDefinition &definition, server_rec *s) noexcept
        : child_(child), definition_(definition), s_(s) {}

    /// Makes every member, and loads what it imports at its start and what `former` has loaded and imported for
    /// requests. False after a failure, which is logged.
    bool load(Generation &former);

    /// What has been read, or could not be.
    const Paths &files() const noexcept { return files_; }

    std::shared_ptr<Generation> take() noexcept { return std::move(made_); }

private:
    /// What one member has loaded, or several together.
    struct Former {
        std::vector<const Target *> targets;
        Modules modules;
    };

    Former loaded_by(Generation &former) const;
    bool load_member(int number, const Former &former);
    void import_modules();
    void fail(State &state, const char *what, py::borrowed exception);

    Child &child_;
    const InterpreterDefinition &definition_;
    server_rec *s_;
    std::shared_ptr<Generation> made_ = std::make_shared<Generation>();
    Paths files_;
};

} // namespace pyhook
