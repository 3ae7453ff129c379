#include "child/reload/fresh.h"

#include "py/attach.h"

#include "apache/log.h"

#include "call/callable.h"
#include "call/registered.h"
#include "child/child.h"
#include "child/prepare.h"
#include "server/log_call.h"

#include <algorithm>

#include "py/poison.h"

namespace pyhook {

namespace {

void import_all(const apr_array_header_t *modules) {
    for (int index = 0; index < modules->nelts; ++index)
        load_module(APR_ARRAY_IDX(modules, index, const char *));
}

} // namespace

Fresh::Former Fresh::loaded_by(Generation &former) const {
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

bool Fresh::load(Generation &former) {
    const Former before = loaded_by(former);
    bool complete = true;
    try {
        for (int number = 1; complete && number <= definition_.count; ++number)
            complete = load_member(definition_.count == 1 ? 0 : number, before);
    } catch (const std::exception &failure) {
        complete = false;
        apache::log(APLOG_ERR, s_,
                    std::string(code::reload_failed) + ": PyHookReload " + definition_.name +
                        " could not start an interpreter: " + failure.what());
    }
    return complete;
}

bool Fresh::load_member(int number, const Former &former) {
    State &state = State::of(child_.runtime().add(settings_from(definition_, number)));
    made_->add(state);
    const py::attached here(state.interpreter);
    enter_environment(definition_);
    try {
        import_modules();
        for (const Target *target : former.targets)
            resolve(state, *target);
        const auto taken = take_registered(state, s_);
        run_callbacks("child_init", s_);
        prepare_log_calls(state, s_);
        import_again(former.modules);
        return taken.has_value();
    } catch (const py::error &) {
        fail(state, "can't be imported", py::take_exception());
    } catch (const Unresolved &problem) {
        fail(state, problem.what(), problem.exception);
    }
    return false;
}

void Fresh::import_modules() {
    import_all(definition_.imports);
    import_all(ServerConfig::of(s_).imports);
}

/// One entry, however many requests come before the next edit.
void Fresh::fail(State &state, const char *what, py::borrowed exception) {
    const std::string text = std::string(what) + ", what was loaded before goes on serving";
    report(s_, code::reload_failed, {"PyHookReload", definition_.name}, text, static_cast<PyObject *>(exception));
    try {
        note_failure(exception);
        files_ = files_read(state);
    } catch (const py::error &) {
        py::write_unraisable({});
    }
}

} // namespace pyhook
