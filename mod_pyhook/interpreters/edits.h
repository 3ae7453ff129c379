// interpreters/edits.h: which files the code of an interpreter came from, and which have been edited
// (pyhook.reloading).
#pragma once

#include "types/state.h"

#include <string>
#include <vector>

namespace pyhook {

using Paths = std::vector<std::string>;
using Names = std::vector<std::string>;

/// The attached interpreter notes from now on which files it reads.
void start_noting_files();

/// The files that have been edited since the last call. Empty after a failure, which is logged.
Paths edited_files(State &state, server_rec *s);

/// The files that the attached interpreter has read, or tried to read.
Paths files_read(State &state);

/// Looks at these files too from now on.
void watch_also(State &state, const Paths &paths, server_rec *s);

/// Why an edited file cannot be compiled, as it is logged; empty if all can.
std::string problem_of_compiling(State &state, server_rec *s);

/// When the newest file was edited whose code the attached interpreter has loaded, in seconds since 1970; 0 before any.
double newest_file();

/// What interpreters have imported from source files, in that order, and what of it has been edited since.
struct Modules {
    Names imported;
    Names edited;

    void add_those_of(State &state, server_rec *s);
};

/// Imports them in the attached interpreter. Throws what an edited one raises.
void import_again(const Modules &modules);

/// Counts the file that raised among those that the attached interpreter has read.
void note_failure(py::borrowed exception) noexcept;

/// True if the kernel (inotify) has reported an edit since the last call.
bool take_notice() noexcept;

} // namespace pyhook
