#include "control/running.h"

#include "py/attach.h"

#include "call/overdue.h"
#include "control/json.h"

#include <algorithm>
#include <utility>

#include "py/poison.h"

namespace pyhook {

namespace {

/// So many tasks are looked at each time.
constexpr std::size_t many_tasks = 200;

/// An object that is not closed yet. `kind` is what the number counts.
std::string opened(const char *kind, unsigned long number, const Description &said) {
    return "{" + member(kind, std::to_string(number), true) + member("interpreter", json_string(said.interpreter)) +
           member("phase", json_string(said.phase)) + member("method", json_string(said.method)) +
           member("uri", json_string(said.uri)) + member("client", json_string(said.client)) +
           member("age", std::to_string(said.age));
}

std::string opened(const RunningCall &call) {
    return opened("number", call.facts().number, Description(call)) +
           member("in_python", call.facts().thread.is_outside() ? "false" : "true");
}

std::string opened(const RunningElsewhere &request) {
    const RunningElsewhere::Facts &facts = request.facts();
    return opened(facts.state != nullptr ? "task" : "in_process", facts.number, Description(request)) +
           (facts.state != nullptr ? "" : member("process", std::to_string(facts.pid)));
}

/// The records of requests that run elsewhere. Their own threads only wait.
std::vector<const request_rec *> waiting_records() {
    std::vector<const request_rec *> records;
    RunningElsewhere::each([&](const RunningElsewhere &request) { records.push_back(request.facts().record); });
    return records;
}

bool only_waits(const RunningCall &call, const std::vector<const request_rec *> &records) {
    return call.facts().thread.is_outside() && std::ranges::find(records, call.facts().record) != records.end();
}

/// The calls of the attached interpreter. None of them ends while this thread does not give way.
std::vector<unsigned long> calls_in(const State &state) {
    const std::vector<const request_rec *> records = waiting_records();
    std::vector<unsigned long> numbers;
    RunningCalls::here().each([&](const RunningCall &call) {
        if (call.facts().state == &state && !only_waits(call, records))
            numbers.push_back(call.facts().number);
    });
    return numbers;
}

/// The tasks of the attached interpreter: what `opened` says of each, and the method that cancels it. It may end at any
/// moment afterwards.
std::vector<std::pair<std::string, py::ref>> tasks_in(const State &state) {
    std::vector<std::pair<std::string, py::ref>> tasks;
    RunningElsewhere::each([&](const RunningElsewhere &request) {
        if (request.facts().state == &state)
            tasks.emplace_back(opened(request), request.cancel());
    });
    return tasks;
}

py::ref loops(const char *function, py::borrowed argument) {
    return py::call(py::attribute(py::import("pyhook.loops"), function), argument);
}

std::vector<std::string> texts_of(py::borrowed list) {
    std::vector<std::string> texts;
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(static_cast<PyObject *>(list)); ++at)
        texts.emplace_back(py::text(PyList_GET_ITEM(static_cast<PyObject *>(list), at)).view());
    return texts;
}

std::string with_stack(const std::string &object, const std::vector<std::string> &stack) {
    std::vector<std::string> lines;
    for (const std::string &line : stack)
        lines.push_back(json_string(line));
    return object + member("stack", json_list(lines)) + "}";
}

void add_samples_of_tasks(const State &state, Samples &seen, unsigned look) {
    const auto tasks = tasks_in(state);
    const auto weight = static_cast<unsigned>(1 + tasks.size() / many_tasks);
    if (tasks.empty() || look % weight != 0)
        return;
    const py::ref cancels = py::list_of(tasks, [](const auto &task) { return task.second.copy(); });
    const py::ref stacks = loops("brief_stacks", cancels);
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(stacks.get()); ++at)
        if (const auto stack = texts_of(PyList_GET_ITEM(stacks.get(), at)); !stack.empty())
            seen[stack] += weight;
}

} // namespace

std::vector<std::string> all_running() {
    const std::vector<const request_rec *> records = waiting_records();
    std::vector<std::string> all;
    RunningCalls::here().each([&](const RunningCall &call) {
        if (!only_waits(call, records))
            all.push_back(opened(call) + "}");
    });
    RunningElsewhere::each([&](const RunningElsewhere &request) { all.push_back(opened(request) + "}"); });
    return all;
}

std::vector<std::string> running_with_stacks(State &state) {
    std::vector<std::string> all;
    for (const unsigned long number : calls_in(state)) {
        std::string object;
        py::OtherThread thread;
        if (RunningCalls::here().with(number, [&](const RunningCall &call) {
                object = opened(call);
                thread = call.facts().thread;
            }))
            all.push_back(with_stack(object, thread.stack()));
    }
    for (const auto &[object, cancel] : tasks_in(state))
        all.push_back(with_stack(object, texts_of(loops("stack_of", cancel))));
    return all;
}

void add_samples(State &state, Samples &seen, unsigned look) {
    for (const unsigned long number : calls_in(state)) {
        py::OtherThread thread;
        if (RunningCalls::here().with(number, [&](const RunningCall &call) { thread = call.facts().thread; }))
            if (const auto stack = thread.brief_stack(); !stack.empty())
                ++seen[stack];
    }
    add_samples_of_tasks(state, seen, look);
}

} // namespace pyhook
