// reload/new_generation.h: interpreters that load edited code, complete before the first request goes to them.
#pragma once

#include "interpreters/edits.h"
#include "interpreters/interpreters.h"

namespace pyhook {

class NewGeneration {
public:
    NewGeneration(Interpreters &interpreters, const InterpreterDefinition &definition, server_rec *s) noexcept
        : interpreters_(interpreters), definition_(definition), s_(s) {}

    /// Makes every member, and loads what it imports at its start and what `former` has loaded and imported for
    /// requests. False after a failure, which is logged.
    bool load(Generation &former);

    /// Why it could not be loaded, as the log has it.
    const std::string &problem() const noexcept { return problem_; }

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
    void fail(State &state, const char *what, py::borrowed exception);

    Interpreters &interpreters_;
    const InterpreterDefinition &definition_;
    server_rec *s_;
    std::shared_ptr<Generation> made_ = std::make_shared<Generation>();
    Paths files_;
    std::string problem_;
};

} // namespace pyhook
