// The arguments of start_response: the status, then the headers, with a byte 1 between them.
#include "py/error.h"

#include "apache/error_page.h"

#include "httpd.h"
#include "wsgi/latin1.h"
#include "wsgi/response.h"

using namespace pyhook::wsgi;

// Makes every status one that httpd knows.
const char *apache::line_of_unknown(apr_pool_t *, int) { return nullptr; }

namespace {

py::ref headers_from(std::string_view text) {
    py::ref list = py::check(PyList_New(0));
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\1'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const std::size_t colon = std::min(line.find(':'), line.size());
        const py::ref name = from_latin1(line.substr(0, colon));
        const py::ref value = from_latin1(line.substr(std::min(colon + 1, line.size())));
        const py::ref pair = py::check(PyTuple_Pack(2, name.get(), value.get()));
        py::check(PyList_Append(list.get(), pair.get()));
    }
    return list;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (Py_IsInitialized() == 0)
        Py_InitializeEx(0);
    const fuzz::Pool pool;
    const std::string_view text = fuzz::text_of(data, size);
    const std::string_view status = text.substr(0, text.find('\1'));
    request_rec r{};
    r.pool = pool;
    try {
        const py::ref line = from_latin1(status);
        const pyhook::gateway::Head head =
            head_from(&r, line, headers_from(text.substr(std::min(status.size() + 1, text.size()))));
        fuzz::demand(head.length() >= -1 && status.find_first_of("\r\n") == std::string_view::npos);
    } catch (const py::error &) {
        fuzz::demand(py::pending(PyExc_TypeError) || py::pending(PyExc_ValueError));
        py::take_exception();
    } catch (const std::invalid_argument &refusal) {
        fuzz::demand(*refusal.what() != '\0');
    }
    return 0;
}
