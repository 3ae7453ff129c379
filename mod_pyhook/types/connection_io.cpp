#include "py/attach.h"

#include "types/connection.h"

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr std::size_t longest_line = 8192;

[[noreturn]] void raise_io(apr_status_t status) {
    char reason[120];
    apr_strerror(status, reason, sizeof(reason));
    py::raise(APR_STATUS_IS_TIMEUP(status) ? PyExc_TimeoutError : PyExc_ConnectionError, "%s", reason);
}

void require(apr_status_t status) {
    if (status != APR_SUCCESS)
        raise_io(status);
}

std::size_t size_from(Py_ssize_t size) {
    if (size < 1)
        py::raise(PyExc_ValueError, "a size is above 0, not %zd", size);
    return static_cast<std::size_t>(size);
}

py::ref take(apache::Stream &stream, std::size_t size) {
    py::ref bytes = py::to_python(std::span<const char>(stream.at_hand().substr(0, size)));
    stream.skip(static_cast<std::size_t>(PyBytes_GET_SIZE(bytes.get())));
    return bytes;
}

} // namespace

apache::Stream &Connection::stream() const {
    if (stream_ == nullptr)
        py::raise(PyExc_RuntimeError, "only a process_connection callable may read and write the connection");
    return *stream_;
}

/// Reads from the client until `enough()` is true, or until the end.
template <class Enough> void Connection::fetch_until(const std::optional<double> &timeout, Enough enough) {
    apache::Stream &from = stream();
    apr_interval_time_t limit = record()->base_server->timeout;
    if (timeout) {
        if (!(*timeout > 0 && *timeout <= 1e6))
            py::raise(PyExc_ValueError, "a timeout is a number of seconds above 0");
        limit = std::max<apr_interval_time_t>(static_cast<apr_interval_time_t>(*timeout * APR_USEC_PER_SEC), 1000);
    }
    while (!enough() && !from.ended())
        require(py::while_detached([&] { return from.fetch(limit); }));
}

py::ref Connection::recv(Py_ssize_t size, std::optional<double> timeout) {
    const std::size_t most = size_from(size);
    fetch_until(timeout, [this] { return !stream_->at_hand().empty(); });
    return take(*stream_, most);
}

py::ref Connection::read(Py_ssize_t size, std::optional<double> timeout) {
    const std::size_t wanted = size_from(size);
    fetch_until(timeout, [&] { return stream_->at_hand().size() >= wanted; });
    return take(*stream_, wanted);
}

py::ref Connection::readline(std::optional<Py_ssize_t> limit, std::optional<double> timeout) {
    const std::size_t most = limit ? size_from(*limit) : longest_line;
    std::size_t seen = 0; // the length in which no line end was found
    std::size_t length = most;
    fetch_until(timeout, [&] {
        const std::string_view bytes = stream_->at_hand();
        const std::size_t end = bytes.find('\n', seen);
        seen = bytes.size();
        if (end != std::string_view::npos)
            length = std::min(most, end + 1);
        return end != std::string_view::npos || bytes.size() >= most;
    });
    return take(*stream_, length);
}

void Connection::write(py::body_data data) {
    apache::Stream &to = stream();
    require(py::while_detached([&] { return to.write(data.view()); }));
}

void Connection::flush() {
    apache::Stream &to = stream();
    require(py::while_detached([&] { return to.flush(); }));
}

namespace {

PyMethodDef methods[] = {
    py::method<&Connection::recv, "recv(size, timeout=None)", "What has come, up to `size` bytes; b'' at the end.">(),
    py::method<&Connection::read, "read(size, timeout=None)", "Exactly `size` bytes; fewer only at the end.">(),
    py::method<&Connection::readline,
               "readline(limit=8192, timeout=None)",
               "A line with its b'\\n'; without it if it is longer than `limit`, or at the end.">(),
    py::method<&Connection::write,
               "write(data)",
               "Send bytes, or a str as UTF-8; at the latest before the next read.">(),
    py::method<&Connection::flush, "flush()", "Send now what has been written.">(),
};

} // namespace

std::span<PyMethodDef> connection_io_methods() { return methods; }

} // namespace pyhook
