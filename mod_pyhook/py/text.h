// py/text.h: the bytes behind a Python argument, for as long as the argument is being used.
#pragma once

#include "py/error.h"

#include <string_view>

namespace py {

/// A `str` as UTF-8 with `surrogateescape`: bytes that came from the network leave as they were. It keeps the str,
/// which may stand in a list that another thread changes.
class text {
public:
    explicit text(borrowed object);

    std::string_view view() const noexcept { return view_; }
    operator std::string_view() const noexcept { return view_; } // NOLINT(google-explicit-constructor)

private:
    ref owner_; // the str, or what it was encoded to when it holds escaped bytes
    std::string_view view_;
};

/// A text that httpd can hold: no NUL inside.
class c_text : public text {
public:
    explicit c_text(borrowed object);

    const char *c_str() const noexcept { return view().data(); }
};

/// A body or a piece of it: any bytes-like object, or a `str` as UTF-8.
class body_data {
public:
    explicit body_data(borrowed object);
    body_data(body_data &&other) noexcept;
    body_data &operator=(body_data &&) = delete;
    ~body_data();

    /// Is it of a type that the constructor takes?
    static bool accepts(borrowed object) noexcept;

    std::string_view view() const noexcept { return view_; }

private:
    ref owner_;
    Py_buffer buffer_{};
    std::string_view view_;
};

} // namespace py
