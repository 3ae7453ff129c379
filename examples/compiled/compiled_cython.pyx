# cython: language_level=3
"""The same in Cython: what a loop works with is declared, the rest is Python."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize


cdef long longest_below(long limit) nogil:
    cdef long start, number, length, longest = 0
    for start in range(1, limit):
        number = start
        length = 0
        while number != 1:
            number = 3 * number + 1 if number % 2 else number // 2
            length += 1
        if length > longest:
            longest = length
    return longest


def chain(req):
    """Other threads run Python meanwhile: nothing in the loop is Python's."""
    cdef long limit = int(req.args or "400")
    cdef long longest
    with nogil:
        longest = longest_below(limit)
    return f"{longest}\n"


cdef class Squeeze:
    """A filter of one stream: called with each chunk, and with None at the end."""
    cdef bint was_blank

    def __call__(self, bytes chunk):
        if chunk is None:
            return None
        cdef const unsigned char *given = chunk
        cdef bytes kept = PyBytes_FromStringAndSize(NULL, len(chunk))
        cdef char *out = PyBytes_AS_STRING(kept)
        cdef Py_ssize_t at, size = 0
        cdef bint is_blank
        for at in range(len(chunk)):
            is_blank = given[at] == c' ' or given[at] == c'\t'
            if not (is_blank and self.was_blank):
                out[size] = c' ' if is_blank else given[at]
                size += 1
            self.was_blank = is_blank
        return kept[:size]


def squeeze(f):
    """The same as a generator function."""
    squeezed = Squeeze()
    chunk = yield
    while chunk is not None:
        chunk = yield squeezed(chunk)


async def waits(req):
    """A coroutine, which runs on its interpreter's event loop."""
    import asyncio
    await asyncio.sleep(0)
    return "waited\n"
