// types/filter.h: pyhook.Filter: what a Python filter knows about itself and about its stream.
#pragma once

#include "types/request.h"

namespace pyhook {

struct Filter : View<ap_filter_t> {
    const char *given_name; // as the directive wrote it
    Direction direction;
    bool has_begun;       // data has passed on, so the headers are settled
    bool has_chunk;       // Python holds a chunk whose bucket still exists
    bool has_taken;       // the bucket of an earlier chunk is gone: the stream can't pass unchanged any more
    bool has_declined;    // decline() was called
    bool has_ended_early; // end() was called
    bool executes;        // the generator runs
    PyObject *generator;
    PyObject *sent; // a list of objects that httpd may still read; the next call into Python empties it

    void check_usable() const;

    const char *name() const { return given_name; }
    bool is_input() const { return direction == Direction::input; }
    py::ref request() const;
    py::ref connection_object() const;
    void decline();
    void end_stream();

    void drop() noexcept;

    static Filter *show(State &state, ap_filter_t *f, const char *name, Direction direction);
};

void add_filter_type(State &state, py::borrowed module);

} // namespace pyhook
