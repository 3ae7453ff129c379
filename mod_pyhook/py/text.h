// py/text.h: gives the bytes of a Python argument, while the argument is being used.
#pragma once

#include "py/error.h"

#include <string_view>

namespace py {

/// A `str` as UTF-8 with `surrogateescape`, so that bytes from the network leave unchanged. This owns the str, which
/// may be in a list that another thread changes.
class text {
public:
    explicit text(borrowed object);

    std::string_view view() const noexcept { return view_; }
    operator std::string_view() const noexcept { return view_; } // NOLINT(google-explicit-constructor)

private:
    ref owner_; // the str, or the bytes to which a str with escaped bytes was encoded
    std::string_view view_;
};

/// A text that httpd can hold: it contains no NUL.
class c_text : public text {
public:
    explicit c_text(borrowed object);

    const char *c_str() const noexcept { return view().data(); }
};

/// A body or a piece of one: a bytes-like object, or a `str` as UTF-8.
class body_data {
public:
    explicit body_data(borrowed object);
    body_data(body_data &&other) noexcept;
    body_data &operator=(body_data &&) = delete;
    ~body_data();

    /// True if the constructor takes objects of this type.
    static bool accepts(borrowed object) noexcept;

    std::string_view view() const noexcept { return view_; }

private:
    ref owner_;
    Py_buffer buffer_{};
    std::string_view view_;
};

} // namespace py
