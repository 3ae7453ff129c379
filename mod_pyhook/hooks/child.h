// hooks/child.h: Python in this child process: started once, asked for by every hook, left when the process ends.
#pragma once

#include "py/exit.h"

#include "config/config.h"
#include "types/state.h"

#include <bitset>

namespace pyhook {

class Child {
public:
    /// Starts Python as the main server's configuration says. Never throws: what failed is logged, and every hook
    /// that needs it answers an error.
    static void start(apr_pool_t *pchild, server_rec *s) noexcept;

    /// This process's, or null before start.
    static Child *here() noexcept;

    /// The interpreter that a location's requests run in; null if it could not start.
    State *state_for(const DirConfig &dir) const noexcept;

    /// Has a decorator registered a callable for the phase?
    bool has_registered(std::size_t phase) const noexcept { return registered_[phase]; }

private:
    explicit Child(server_rec *s) noexcept : s_(s) {}

    void run(const ServerConfig &config);
    void add_interpreters(const ServerConfig &config);
    void import_plugins(const ServerConfig &config);
    void end() noexcept;

    server_rec *s_;
    std::unique_ptr<py::Runtime> runtime_;
    std::unique_ptr<py::ExitThread> exit_thread_;
    std::vector<State *> states_; // by position: the main interpreter, then those of ServerConfig::interpreters
    std::bitset<phase_count> registered_;
};

} // namespace pyhook
