// py/runtime.h: Python in this process. It starts once, with a main interpreter, and named ones can follow.
#pragma once

#include "py/error.h"
#include "py/inherited.h"
#include "py/interpreter.h"

namespace py {

/// How Python starts.
struct Settings {
    std::string executable;        // the environment of this program decides sys.prefix
    std::vector<std::string> path; // first on sys.path, in every interpreter
};

/// How a further interpreter starts.
struct InterpreterSettings {
    std::string name;
    bool own_gil = false;
    std::vector<std::string> path = {}; // on sys.path before the runtime's path
    bool replaceable = false;           // it may end while the process goes on
    Environment environment = {};       // empty: the runtime's environment
};

/// Python in this process, from its start to the end of the process. There is one. It is never finalised, because
/// threads may still come back to it.
class Runtime {
public:
    using Prepare = std::function<void(Interpreter &)>;

    /// Starts Python and its main interpreter. `prepare` runs attached in every new interpreter.
    Runtime(const Settings &settings, Prepare prepare);
    Runtime(const Runtime &) = delete;
    Runtime &operator=(const Runtime &) = delete;

    Interpreter &main() noexcept { return *interpreters_.front(); }

    /// Makes a further interpreter and prepares it.
    Interpreter &add(const InterpreterSettings &settings);

    /// Ends a replaceable interpreter that no call uses any more. `forget` runs attached in it before. Returns false if
    /// threads of its own still run there; the caller then tries again later.
    bool end(Interpreter &ending, const Prepare &forget);

private:
    friend class Interpreter;
    friend class ExitThread;

    void start(const Settings &settings);
    void create(Interpreter &made, const InterpreterSettings &settings);
    void make_ready(Interpreter &made, const std::vector<std::string> &path);
    void adopt(Interpreter &interpreter, PyThreadState *state);
    Interpreter &enlist(std::unique_ptr<Interpreter> made);
    void strike(const Interpreter &ended) noexcept;

    Prepare prepare_;
    Settings settings_;
    Gate gate_;           // for the GIL that the main interpreter and others share
    std::mutex changing_; // guards the list below; no attached thread waits for it
    std::vector<std::unique_ptr<Interpreter>> interpreters_;
};

} // namespace py
