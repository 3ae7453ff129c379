#include "loops/blockage.h"

#include "py/attach.h"
#include "py/thread.h"

#include "apache/log.h"

#include "call/entry.h"
#include "types/ending.h"

#include <cstdio>

#include "py/poison.h"

namespace pyhook {

namespace {

/// How often the thread looks.
constexpr std::chrono::milliseconds period{250};

/// Without a beat for so long, the loop is blocked: for a second after the beat was due.
constexpr std::chrono::milliseconds patience{1250};

/// A loop that waits for something to do is not blocked, but late: the processor does not reach it.
bool is_idle(const py::OtherThread &loop) {
    const std::string module = loop.module();
    return module == "selectors" || module == "pyhook.loops" || module.empty();
}

} // namespace

void Blockage::start(py::Interpreter &interpreter) noexcept {
    interpreter_ = &interpreter;
    loop_ = py::OtherThread::here();
    since_ = Clock::now();
    try {
        py::start_thread("pyhook blockage", &Blockage::main, this);
        runs_ = true;
    } catch (const std::exception &problem) {
        apache::log(APLOG_WARNING, ap_server_conf,
                    std::string(code::loop_blocked) + ": nothing can be reported: " + problem.what());
    }
}

void Blockage::stop() noexcept {
    if (!runs_)
        return;
    stops_.release();
    has_stopped_.acquire();
}

void *Blockage::main(void *self) noexcept {
    auto &blockage = *static_cast<Blockage *>(self);
    while (!blockage.stops_.try_acquire_for(period)) {
        try {
            blockage.look(Clock::now());
        } catch (const std::exception &) { // no memory, or no thread state: the next look tries again
        }
    }
    blockage.has_stopped_.release();
    return nullptr;
}

void Blockage::look(Clock::time_point now) {
    const unsigned beats = beats_.load(std::memory_order_relaxed);
    if (beats != seen_ || !is_due_.load(std::memory_order_relaxed)) {
        seen_ = beats;
        since_ = now;
        is_told_ = false;
    } else if (!is_told_ && now - since_ >= patience && !exiting()) {
        is_told_ = true;
        report(now - since_);
    }
}

/// Attaching takes as long as code keeps the GIL. Afterwards the loop may have gone on, and its stack tells nothing.
void Blockage::report(Clock::duration blocked) const {
    const auto begun = Clock::now();
    const py::attached here(*interpreter_);
    const auto waited = Clock::now() - begun;
    const bool goes_on = beats_.load(std::memory_order_relaxed) != seen_ || is_idle(loop_);
    if (goes_on && waited < period)
        return;
    char time[32];
    std::snprintf(time, sizeof time, "%.1f", std::chrono::duration<double>(blocked + waited).count());
    std::string entry = std::string(code::loop_blocked) + ": the event loop of interpreter " + interpreter_->name() +
                        (goes_on ? " was blocked for " : " has been blocked for ") + time + " seconds" +
                        (goes_on ? ", by code that let no other thread run Python" : ": all its requests wait");
    for (const std::string &line : goes_on ? std::vector<std::string>() : loop_.stack())
        entry += "\n" + line;
    apache::log(APLOG_WARNING, ap_server_conf, apache::abridged(entry));
}

} // namespace pyhook
