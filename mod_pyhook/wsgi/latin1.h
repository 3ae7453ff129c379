// wsgi/latin1.h: PEP 3333's "native strings": a str whose characters are the bytes of the network.
#pragma once

#include "py/error.h"

#include <optional>
#include <string_view>

namespace pyhook::wsgi {

/// The bytes of a str, without a copy; nothing if a character is no byte.
inline std::optional<std::string_view> latin1(py::borrowed object) noexcept {
    PyObject *text = object;
    if (PyUnicode_KIND(text) != PyUnicode_1BYTE_KIND)
        return std::nullopt;
    return std::string_view(reinterpret_cast<const char *>(PyUnicode_1BYTE_DATA(text)),
                            static_cast<std::size_t>(PyUnicode_GET_LENGTH(text)));
}

inline py::ref from_latin1(std::string_view bytes) {
    return py::check(PyUnicode_DecodeLatin1(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), nullptr));
}

/// Gives `cached` if it has the same bytes, otherwise a new str that replaces it: most requests repeat the last value.
inline py::borrowed from_latin1(std::string_view bytes, py::ref &cached) {
    if (!cached || latin1(cached) != bytes)
        cached = from_latin1(bytes);
    return cached;
}

} // namespace pyhook::wsgi
