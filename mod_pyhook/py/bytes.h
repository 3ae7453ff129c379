// py/bytes.h: a bytes object that is filled in place, piece by piece.
#pragma once

#include "py/error.h"

#include <algorithm>
#include <span>
#include <string_view>

namespace py {

class bytes_builder {
public:
    /// Reserves room for `expected` bytes. More or fewer may come.
    explicit bytes_builder(std::size_t expected) : room_(expected), bytes_(make(expected)) {}

    std::size_t size() const noexcept { return size_; }

    bool is_full() const noexcept { return size_ == room_; }

    /// The place for the next bytes, at least one and `most` at most; `added` then says how many came. The thread may
    /// be detached while it fills them, because no other code knows the object.
    std::span<char> free(std::size_t most) {
        if (is_full())
            resize(room_ + std::min(most, std::max(room_, least_growth)));
        return {PyBytes_AS_STRING(bytes_.get()) + size_, std::min(most, room_ - size_)};
    }

    void added(std::size_t size) noexcept { size_ += size; }

    void append(std::string_view piece) {
        if (piece.size() > room_ - size_)
            resize(std::max(size_ + piece.size(), 2 * room_));
        std::copy(piece.begin(), piece.end(), PyBytes_AS_STRING(bytes_.get()) + size_);
        size_ += piece.size();
    }

    ref finish() {
        if (size_ != room_)
            resize(size_);
        return std::move(bytes_);
    }

private:
    static constexpr std::size_t least_growth = 16 * 1024;

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
