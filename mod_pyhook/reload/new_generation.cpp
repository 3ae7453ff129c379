#include "reload/new_generation.h"

#include "py/attach.h"

#include "apache/log.h"

#include "call/callable.h"
#include "interpreters/loading.h"

#include <algorithm>

#include "py/poison.h"

namespace pyhook {

NewGeneration::Former NewGeneration::loaded_by(Generation &former) const {
    Former loaded;
    for (const auto &member : former.members()) {
        const py::attached here(member->state.interpreter);
        for (const Target *target : loaded_in(member->state))
            if (std::find(loaded.targets.begin(), loaded.targets.end(), target) == loaded.targets.end())
                loaded.targets.push_back(target);
        loaded.modules.add_those_of(member->state, s_);
    }
    return loaded;
}

bool NewGeneration::load(Generation &former) {
    const Former before = loaded_by(former);
    bool complete = true;
    try {
        for (int number = 1; complete && number <= definition_.count; ++number)
            complete = load_member(number, before);
    } catch (const std::exception &failure) {
        complete = false;
        problem_ = std::string(code::reload_failed) + ": PyHookReload " + definition_.name +
                   " could not start an interpreter: " + failure.what();
        apache::log(APLOG_ERR, s_, problem_);
    }
    if (!complete && problem_.empty()) // a callback of pyhook.on_child_init has failed, which is logged
        problem_ = std::string(code::reload_failed) + ": PyHookReload " + definition_.name +
                   " can't begin to serve: the error log says why";
    return complete;
}

bool NewGeneration::load_member(int number, const Former &former) {
    State &state = interpreters_.add_member(definition_, number);
    made_->add(state);
    const py::attached here(state.interpreter);
    try {
        each_plugin(&definition_, ServerConfig::of(s_), [](const PluginLine &line) {
            load_module(line.module);
            return true;
        });
        for (const Target *target : former.targets)
            resolve(state, *target);
        const bool complete = begin_serving(state, s_).has_value();
        import_again(former.modules);
        return complete;
    } catch (const py::error &) {
        fail(state, "can't be imported", py::take_exception());
    } catch (const Unresolved &problem) {
        fail(state, problem.what(), problem.exception);
    }
    return false;
}

/// Logs the failure once, however many requests come before the next edit.
void NewGeneration::fail(State &state, const char *what, py::borrowed exception) {
    const std::string text = std::string(what) + ", what was loaded before goes on serving";
    problem_ =
        report(s_, code::reload_failed, {"PyHookReload", definition_.name}, text, static_cast<PyObject *>(exception));
    try {
        note_failure(exception);
        files_ = files_read(state);
    } catch (const py::error &) {
        py::write_unraisable({});
    }
}

} // namespace pyhook
