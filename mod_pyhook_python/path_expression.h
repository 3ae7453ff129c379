// path_expression.h: the part of Python that PythonPath may be written in: lists of strings, sys.path, and their sums.
#pragma once

#include <string_view>

namespace mod_python {

/// Is this such an expression? It is never evaluated: mod_python.importing reads the same grammar.
bool is_path_expression(std::string_view text) noexcept;

} // namespace mod_python
