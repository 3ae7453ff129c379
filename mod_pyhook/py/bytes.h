// py/bytes.h: a bytes object that is filled in place, piece by piece.
#pragma once

#include "py/error.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace py {

class bytes_builder {
public:
    /// Room for `expected` bytes. More may come, and fewer.
    explicit bytes_builder(std::size_t expected) : room_(expected), bytes_(make(expected)) {}

    std::size_t size() const noexcept { return size_; }

    void append(std::string_view piece) {
        if (piece.empty())
            return;
        if (piece.size() > room_ - size_)
            resize(std::max(size_ + piece.size(), 2 * room_));
        std::memcpy(PyBytes_AS_STRING(bytes_.get()) + size_, piece.data(), piece.size());
        size_ += piece.size();
    }

    ref finish() {
        if (size_ != room_)
            resize(size_);
        return std::move(bytes_);
    }

private:
    static ref make(std::size_t size) {
        return check(PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(size)));
    }

    void resize(std::size_t room) {
        PyObject *bytes = bytes_.release();
        const int outcome = _PyBytes_Resize(&bytes, static_cast<Py_ssize_t>(room));
        bytes_ = ref::steal(bytes);
        check(outcome);
        room_ = room;
    }

    std::size_t room_;
    std::size_t size_ = 0;
    ref bytes_;
};

} // namespace py
