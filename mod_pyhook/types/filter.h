// types/filter.h: pyhook.Filter, one stream through one filter: what a Python filter is told about itself.
#pragma once

#include "types/request.h"

namespace pyhook {

struct Filter : View<ap_filter_t> {
    const char *given_name; // as the directive wrote it
    Direction direction;
    bool has_begun;       // something has gone on, so the headers are settled
    bool has_chunk;       // Python holds a chunk whose bucket is still here
    bool has_taken;       // an earlier chunk is gone: the stream can't be left as it was
    bool has_declined;    // decline() was called
    bool has_ended_early; // end() was called
    bool executes;        // Python is in the generator
    PyObject *generator;
    PyObject *sent; // a list of what httpd may still be reading; emptied at the next call into Python

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
