#include "py/attach.h"

#include "apache/resident.h"

#include "call/recent.h"
#include "config/told_lines.h"
#include "control/control.h"
#include "control/json.h"
#include "control/question.h"
#include "control/running.h"
#include "control/sizes.h"
#include "interpreters/edits.h"
#include "interpreters/metrics.h"
#include "processes/look.h"

#include <apr_strings.h>

#include <algorithm>
#include <mutex>
#include <thread>
#include <unistd.h>

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr std::chrono::seconds for_an_attach{2};
constexpr std::chrono::milliseconds between_samples{10};
constexpr int most_seconds = 3600;

using Members = std::vector<std::string>;

std::string names_of(std::span<const StateClaim> interpreters) {
    Members names;
    for (const StateClaim &each : interpreters)
        names.push_back(json_string((*each).interpreter.name()));
    return json_list(names);
}

/// The object of this child, not closed yet.
std::string child_of(std::span<const StateClaim> interpreters, std::chrono::steady_clock::duration age) {
    return "{" + member("pid", std::to_string(getpid()), true) + member("version", json_string(PYHOOK_VERSION)) +
           member("python", json_string(PYHOOK_PYTHON_NAME)) +
           member("age", std::to_string(std::chrono::duration<double>(age).count())) +
           member("memory", std::to_string(apache::resident_bytes(getpid()))) +
           member("interpreters", names_of(interpreters));
}

std::string stacks_in(State &state) { return joined(running_with_stacks(state)); }

std::string loaded_in(State &state) {
    return "{" + member("interpreter", json_string(state.interpreter.name()), true) +
           member("newest", std::to_string(newest_file())) + sizes_of(state) + "}";
}

/// In this scope a thread that waits for the GIL gets it within a tenth of a millisecond. Otherwise it would get the
/// GIL only between requests that take less than CPython's switch interval, and see none of them.
class switching_fast {
public:
    switching_fast()
        : sys_(py::import("sys")),
          before_(py::from_python<double>(py::call(py::attribute(sys_, "getswitchinterval")))) {
        set(interval);
    }
    switching_fast(const switching_fast &) = delete;
    switching_fast &operator=(const switching_fast &) = delete;
    ~switching_fast() {
        if (before_ > interval) // otherwise another profile has set it, and sets it back
            py::or_unraisable([this] { set(before_); });
    }

private:
    static constexpr double interval = 0.0001;

    void set(double seconds) const { py::call(py::attribute(sys_, "setswitchinterval"), py::to_python(seconds)); }

    py::ref sys_;
    double before_;
};

/// Samples the calls of the attached interpreter: how often each stack was seen.
std::string profile_of(State &state, std::chrono::seconds length) {
    Samples seen;
    unsigned samples = 0;
    const switching_fast here;
    for (const auto end = std::chrono::steady_clock::now() + length; std::chrono::steady_clock::now() < end;
         ++samples) {
        add_samples(state, seen, samples);
        py::while_detached([] {
            std::this_thread::sleep_for(between_samples);
            return 0;
        });
    }
    Members stacks;
    for (const auto &[stack, count] : seen) {
        Members frames;
        for (const std::string &frame : stack)
            frames.push_back(json_string(frame));
        stacks.push_back("{" + member("count", std::to_string(count), true) + member("frames", json_list(frames)) +
                         "}");
    }
    return "{" + member("interpreter", json_string(state.interpreter.name()), true) +
           member("samples", std::to_string(samples)) +
           member("interval", std::to_string(std::chrono::duration<double>(between_samples).count())) +
           member("stacks", json_list(stacks)) + "}";
}

/// Who traces allocations now.
struct Tracers {
    std::mutex mutex; // guards the members below
    int count = 0;
    bool have_started = false; // not the application
};
Tracers tracers;

/// In this scope tracemalloc traces. It belongs to the process, so that the first interpreter that asks starts it, and
/// the last one stops it; an application that has started it itself goes on tracing.
class tracing {
public:
    tracing() {
        const auto here = locked();
        if (tracers.count == 0) {
            tracers.have_started = !py::from_python<bool>(py::call(function("is_tracing")));
            if (tracers.have_started)
                py::call(function("start"));
        }
        ++tracers.count;
    }
    tracing(const tracing &) = delete;
    tracing &operator=(const tracing &) = delete;
    ~tracing() {
        py::or_unraisable([] {
            const auto here = locked();
            if (--tracers.count != 0 || !tracers.have_started)
                return;
            const py::ref stop = function("stop"); // beforehand, because that may run Python
            const py::no_new_thread_states making;
            py::call(stop);
        });
    }

private:
    static py::ref function(const char *name) { return py::attribute(py::import("tracemalloc"), name); }

    /// Waits detached: the thread that has the lock needs the GIL.
    static std::unique_lock<std::mutex> locked() {
        return py::while_detached([] { return std::unique_lock(tracers.mutex); });
    }
};

std::string memory_of(const State &state, std::chrono::seconds length) {
    const tracing here;
    const py::ref text = py::call(py::attribute(py::import("pyhook.operating"), "memory"),
                                  py::to_python(static_cast<double>(length.count())));
    return "{" + member("interpreter", json_string(state.interpreter.name()), true) +
           member("traced", std::string(py::text(text).view())) + "}";
}

/// An object for each worker process. What one says is a text, because nobody may believe it.
std::string processes_json(std::optional<std::chrono::milliseconds> limit) {
    const auto processes = processes::all_processes();
    const auto said = limit ? processes::ask(processes, std::chrono::steady_clock::now() + *limit) : Members();
    Members objects;
    for (std::size_t at = 0; at < processes.size(); ++at) {
        const processes::Seen &each = processes[at];
        objects.push_back(
            "{" + member("name", json_string(each.name()), true) + member("pid", std::to_string(each.pid)) +
            member("state", json_string(each.state())) + member("age", std::to_string(each.age)) +
            member("memory", std::to_string(each.memory)) + member("busy", std::to_string(each.busy)) +
            member("requests", std::to_string(each.requests)) + member("edits", std::to_string(each.edits)) +
            (limit ? member("said", json_string(said[at])) : "") + "}");
    }
    return member("processes", json_list(objects));
}

/// The answers of all interpreters, asked at the same time, under this name; and those that have not answered.
std::string of_all(std::vector<StateClaim> interpreters,
                   const char *name,
                   std::chrono::milliseconds limit,
                   const Question::Ask &ask) {
    const auto end = Question::Clock::now() + limit;
    std::vector<std::shared_ptr<Question>> questions;
    for (StateClaim &each : interpreters)
        questions.push_back(Question::start(std::move(each), ask));
    Members answers;
    Members silent;
    for (const auto &question : questions) {
        const auto answer = question->answer_by(end);
        if (!answer)
            silent.push_back(json_string(question->interpreter()));
        else if (!answer->empty())
            answers.push_back(*answer);
    }
    return member(name, json_list(answers)) + member("silent", json_list(silent));
}

std::string recent_after(unsigned long number) {
    Members entries;
    for (const RecentEntry &entry : Recent::here().since(number))
        entries.push_back("{" + member("number", std::to_string(entry.number), true) +
                          member("time", std::to_string(static_cast<double>(entry.time) / APR_USEC_PER_SEC)) +
                          member("kind", json_string(entry.kind == Kind::reload ? "reload" : "failure")) +
                          member("interpreter", json_string(entry.interpreter)) +
                          member("method", json_string(entry.method)) + member("uri", json_string(entry.uri)) +
                          member("client", json_string(entry.client)) + member("text", json_string(entry.text)) + "}");
    return member("reloads", std::to_string(Recent::here().reloads())) + member("recent", json_list(entries));
}

std::string entries_of_processes() {
    Members entries;
    for (const processes::Seen &each : processes::all_processes())
        for (const processes::Entry &entry : each.entries())
            entries.push_back("{" + member("name", json_string(each.name()), true) +
                              member("interpreter", json_string(each.definition->name)) +
                              member("pid", std::to_string(entry.pid)) + member("number", std::to_string(entry.time)) +
                              member("time", std::to_string(static_cast<double>(entry.time) / APR_USEC_PER_SEC)) +
                              member("text", json_string(entry.text)) + "}");
    return member("entries", json_list(entries));
}

std::string lines_of_routes() {
    Members lines;
    tell_lines(ap_server_conf->process->pconf, Told::routes, [&](const std::string &line) { lines.push_back(line); });
    return member("lines", json_list(lines));
}

} // namespace

std::string answer(Interpreters &interpreters, std::chrono::steady_clock::duration age, std::string_view line) {
    std::vector<StateClaim> states;
    for (const auto &pool : interpreters.pools())
        for (StateClaim &each : pool->claim_states())
            states.push_back(std::move(each));
    const std::string word(line.substr(0, line.find(' ')));
    const std::string rest = word.size() < line.size() ? std::string(line.substr(word.size() + 1)) : "";
    const apr_int64_t number = std::max(apr_atoi64(rest.c_str()), apr_int64_t{0});
    const std::chrono::seconds length(std::min(number, apr_int64_t{most_seconds}));
    const std::string child = child_of(states, age);
    if (word == "ps")
        return child + member("calls", json_list(all_running())) + processes_json({}) + "}";
    if (word == "stacks")
        return child + of_all(std::move(states), "calls", for_an_attach, &stacks_in) + processes_json(for_an_attach) +
               "}";
    if (word == "profile")
        return child +
               of_all(std::move(states), "profiles", length + for_an_attach,
                      [length](State &state) { return profile_of(state, length); }) +
               "}";
    if (word == "memory")
        return child +
               of_all(std::move(states), "memory", length + 10 * for_an_attach,
                      [length](State &state) { return memory_of(state, length); }) +
               "}";
    if (word == "recent") {
        if (EditWatch *watch = interpreters.edit_watch())
            watch->look();
        return child + recent_after(static_cast<unsigned long>(number)) +
               of_all(std::move(states), "loaded", for_an_attach, &loaded_in) + "}";
    }
    if (word == "processes")
        return child + entries_of_processes() + "}";
    if (word == "metrics")
        return child + member("metrics", json_string(metrics_text(true))) + "}";
    if (word == "routes")
        return child + lines_of_routes() + "}";
    constexpr const char *unknown =
        "unknown: ps, stacks, profile SECONDS, memory SECONDS, recent NUMBER, processes, metrics or routes";
    return "{" + member("error", json_string(unknown), true) + "}";
}

} // namespace pyhook
