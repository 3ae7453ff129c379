// apache/installation.h: where the other files of mod_pyhook are.
#pragma once

#include <string>

namespace apache {

/// The directory that has the Python package `pyhook`: `python` beside the module, if everything was copied to one
/// place, and otherwise the one that the module was built for.
std::string package_directory();

/// A program that is installed beside the module. Throws std::runtime_error if it is missing.
std::string program_beside_module(const char *name);

} // namespace apache
