// services/plugins.h: the plug-ins: modules that are loaded, replaced and unloaded while the program runs.
#pragma once

#include "py/attach.h"

#include "chat.h"

#include <memory>
#include <mutex>
#include <vector>

namespace services {

/// A nick that a plug-in has registered, and the callable that gets what is said to it.
struct Service {
    std::string nick;
    std::string flags;
    Handle handle = 0;
    py::ref callback;
};

struct Plugin {
    std::string name;
    const Plugin *predecessor = nullptr; // while it starts: whose nicks it may take over
    std::string comment;
    bool has_ended = false; // a call may still run in it, and registers nothing more
    py::ref module;
    py::ref at_end;
    std::vector<Service> services;
};

/// Loading and unloading are for one thread, messages for any.
class Plugins {
public:
    Plugins(Chat &chat, py::Interpreter &interpreter) noexcept : chat_(chat), interpreter_(interpreter) {}

    /// Imports a module and calls its `inicio()`. Of one that fails nothing is left. Says what came of it.
    std::string load(const std::string &name);

    /// The same for one that runs: its code is read again, and takes over once it has started; other plug-ins notice
    /// nothing. If the new code fails, the old goes on.
    std::string reload(const std::string &name);

    std::string unload(const std::string &name);
    void unload_all();

    /// A line for each, "name: comment".
    std::vector<std::string> list() const;

    /// Gives a message to the plug-in that has the nick.
    void deliver(Handle service, Handle sender, std::string_view text);

    /// The plug-in that this thread runs code of, null if none; whose registrations the module Olimpo takes.
    static Plugin *current() noexcept;

    void describe(Plugin &plugin, std::string_view comment);

    /// Adds a nick to one that has not ended. Throws ValueError for a nick that somebody has.
    Handle register_service(Plugin &plugin, Service service);

    Chat &chat() noexcept { return chat_; }

private:
    using Shared = std::shared_ptr<Plugin>;

    Shared find(const std::string &name) const;
    bool start(Plugin &plugin);
    void end(Plugin &plugin, const Plugin *successor);
    std::string replace(const std::string &name, const Shared &old);

    Chat &chat_;
    py::Interpreter &interpreter_;
    mutable std::mutex mutex_; // of the list, and comments and services in it; nobody waits for Python under it
    std::vector<Shared> plugins_;
};

/// Says what happened to a plug-in, with the pending exception, which is taken.
void report(const std::string &plugin, const char *what) noexcept;

} // namespace services
