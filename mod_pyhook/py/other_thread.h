// py/other_thread.h: what an attached thread may do to another thread of the same interpreter.
#pragma once

#include "py/interpreter.h"

#include <string>
#include <vector>

namespace py {

/// A thread in one interpreter. Another thread may use this while it is attached to the same interpreter, as long as
/// the thread is known to be inside a call there.
class OtherThread {
public:
    OtherThread() noexcept = default;

    /// This thread, which is attached.
    static OtherThread here() noexcept;

    /// True if mod_pyhook has detached the thread, for a call of httpd that blocks or that calls further hooks. It then
    /// runs no code of an application. Needs no attached thread.
    bool is_outside() const noexcept { return current_->load(std::memory_order_relaxed) == nullptr; }

    /// True if both are the same thread, in whatever interpreter.
    bool is_same(const OtherThread &other) const noexcept { return current_ == other.current_; }

    /// True if it is the thread that holds its interpreter's GIL.
    bool is(const Interpreter::Holder &holder) const noexcept { return state_ == holder.state; }

    /// The lines of its Python stack, from the outermost frame on. Empty if it runs no Python code.
    std::vector<std::string> stack() const noexcept;

    /// The same in a short form, for profiles: "function (file:line)" for each frame.
    std::vector<std::string> brief_stack() const noexcept;

    /// The name of the module whose code the thread runs; empty if it runs no Python code.
    std::string module() const noexcept;

    /// True if the thread runs code of the package `pyhook` or of the import machinery, which an exception might leave
    /// half done.
    bool runs_own_code() const noexcept;

    /// True if the application has called `pyhook`, `mod_python`, `logging`, `threading` or the import machinery, and
    /// those, or what they have called in Python's library, is running.
    bool is_amid_delicate_code() const noexcept;

    /// Raises an exception of this class in the thread, as soon as that runs Python code again.
    void interrupt(borrowed type) const noexcept;

    /// Takes back the exception of `interrupt`, if it was not raised yet.
    void forget_interrupt() const noexcept;

private:
    ref frame() const;

    PyThreadState *state_ = nullptr;
    const std::atomic<Interpreter *> *current_ = nullptr;
};

/// Like OtherThread::stack, but without the texts of the lines: for a thread that holds its GIL for long, so that
/// nobody can attach. It must be in code that does not return to Python.
std::vector<std::string> stack_without_gil(const Interpreter::Holder &holder);

} // namespace py
