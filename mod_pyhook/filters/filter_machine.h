// filters/filter_machine.h: runs one Python filter on one stream: starts it, sends it chunks, and ends it.
#pragma once

#include "py/attach.h"

#include "call/exception.h"
#include "call/latency.h"
#include "config/config.h"
#include "interpreters/pool.h"
#include "types/filter.h"

namespace pyhook {

/// What one instance of a filter in a chain does with the data that reaches it.
enum class Mode {
    fresh,    // Python has not been asked yet
    running,  // the generator gets what comes
    aside,    // everything passes untouched
    dropping, // the stream has ended early: data is thrown away
    failed,   // nothing passes
};

class FilterMachine {
public:
    FilterMachine(const FilterDefinition &definition, Direction direction) noexcept
        : definition_(definition), direction_(direction) {}

    Mode mode = Mode::fresh;

    /// What a failed filter returns to its caller.
    apr_status_t failure = APR_EGENERAL;

    /// The status for the client after the filter has failed.
    int error = OK;

    bool executes() const noexcept { return view_ != nullptr && view_->executes; }
    Filter &view() const noexcept { return *view_; }

    /// Chooses the interpreter for the whole stream, and runs `work` there.
    template <class Work> void begin(const ap_filter_t *f, Work work) noexcept;

    /// Runs `work` attached. An exception makes the filter fail. A generator that is to run no more is closed.
    template <class Work> void in_python(const ap_filter_t *f, Work work) noexcept;

    /// Makes the generator and runs it to its first yield. Gives that output, or an empty reference.
    py::ref start(ap_filter_t *f);

    /// Sends a chunk, or None at the end. Gives the output, or an empty reference.
    py::ref send(py::borrowed chunk);

    /// True after the generator has returned.
    bool has_returned() const noexcept { return view_->generator == nullptr; }

    const FilterDefinition &definition() const noexcept { return definition_; }

private:
    /// What every call into Python for this filter needs: the thread is attached, and marked as serving.
    class Entered;

    static Placement place(const ap_filter_t *f) noexcept;

    /// Closes a generator that still waits. What it raises is logged.
    void close() noexcept;

    /// Nothing of the filter runs any more: its time is complete.
    void tell_time() noexcept { calls_.end(*state_, site()); }

    /// Takes and logs the pending exception of a filter. Gives the status for the client.
    int status_of_exception(const ap_filter_t *f);
    int status_of(const ap_filter_t *f, const Unresolved &problem);

    Site site() const noexcept {
        return {direction_ == Direction::output ? "output filter" : "input filter", definition_.target->spec};
    }

    void report_as(const ap_filter_t *f, const char *code, std::string_view what, py::maybe exception) noexcept;
    static void end_stream(FilterMachine *machine) noexcept;

    const FilterDefinition &definition_;
    const Direction direction_;
    State *state_ = nullptr;
    MeasuredStream calls_;
    Filter *view_ = nullptr; // the stream's pool holds the reference
};

class FilterMachine::Entered {
public:
    Entered(State &state, const ap_filter_t *f, Direction direction);

private:
    py::attached attached_;
    serving serving_;
    filtering filtering_;
};

template <class Work> void FilterMachine::begin(const ap_filter_t *f, Work work) noexcept {
    const Placement placement = place(f);
    state_ = placement.state();
    if (state_ == nullptr)
        error = HTTP_INTERNAL_SERVER_ERROR;
    else
        in_python(f, work);
}

template <class Work> void FilterMachine::in_python(const ap_filter_t *f, Work work) noexcept {
    try {
        const Entered here(*state_, f, direction_);
        try {
            work();
        } catch (const py::error &) {
            error = status_of_exception(f);
        } catch (const Unresolved &problem) {
            error = status_of(f, problem);
        }
        if (error != OK || mode != Mode::running)
            close();
        if (view_ != nullptr && has_returned())
            tell_time();
    } catch (const std::exception &) { // no memory
        error = HTTP_INTERNAL_SERVER_ERROR;
    } catch (const py::error &) {
        error = HTTP_INTERNAL_SERVER_ERROR;
    }
}

/// The bytes that a data bucket holds or stands for. A file is read directly into the object.
py::ref chunk_of(apr_bucket *bucket);

/// The bytes of an output. They live as long as the object.
std::string_view bytes_of(py::borrowed output);

} // namespace pyhook
