// An input filter between a client that sends its bytes in random pieces and a reader that reads in random ways. In
// place of Python, a filter does with each chunk what libFuzzer chooses. The reader must see the whole output of that
// filter, in order, in pieces as large as it asked for.
#include "py/runtime.h"

#include "apache/brigade.h"
#include "apache/error_page.h"
#include "apache/framing.h"
#include "apache/pool.h"

#include "bytes.h"
#include "filters/filter_machine.h"
#include "filters/filters.h"
#include "httpd.h"

#include <algorithm>

using namespace pyhook;

namespace {

/// One run: what the client sends, and what the reader is to see of it.
struct Stream {
    FuzzedDataProvider &choices;
    std::string sent;
    std::string expected;    // so far, and all of it once the filter has stepped aside
    std::size_t read = 0;    // of `sent`, by the filter or past it
    std::size_t chunked = 0; // of `sent`, seen by the filter
    bool ends_silently;      // with APR_EOF, as a connection does, rather than with an EOS bucket

    bool chance(int of) { return choices.remaining_bytes() > 0 && choices.ConsumeIntegralInRange(1, of) == 1; }
    std::string invented() { return chance(2) ? choices.ConsumeRandomLengthString(20) : ""; }
};

Stream *stream;

State &state() {
    static auto *runtime = new py::Runtime({.executable = PYHOOK_PYTHON_EXECUTABLE, .path = {}}, [](auto &) {});
    static auto *made = new State(runtime->main());
    static Counters counters;
    made->counters = &counters;
    return *made;
}

py::ref said(std::string_view text) {
    stream->expected += text;
    return text.empty() ? py::ref() : py::to_python(std::span<const char>(text));
}

/// The filter leaves; what it has not taken passes as it is.
py::ref stepped_aside(std::size_t from) {
    stream->expected += stream->sent.substr(from);
    return {};
}

} // namespace

void Placement::count_time() noexcept {}
bool apache::has_begun(const request_rec *) noexcept { return true; }
void apache::answer_error(request_rec *, int) {}

Placement FilterMachine::place(const ap_filter_t *) noexcept {
    static auto *member = new Member(state());
    return Placement(member);
}

FilterMachine::Entered::Entered(State &state, const ap_filter_t *f, Direction direction)
    : attached_(state.interpreter), serving_(f->c), filtering_(f->c, direction) {}

py::ref FilterMachine::start(ap_filter_t *f) {
    view_ = apache::make<Filter>(f->r->pool);
    view_->generator = Py_None;
    mode = Mode::running;
    if (stream->chance(20)) {
        view_->generator = nullptr;
        return stepped_aside(0);
    }
    return said(stream->invented());
}

py::ref FilterMachine::send(py::borrowed chunk) {
    const bool at_end = chunk == Py_None;
    const std::string_view bytes = at_end ? std::string_view() : bytes_of(chunk);
    const std::size_t before = std::exchange(stream->chunked, stream->chunked + bytes.size());
    fuzz::demand(stream->sent.compare(before, bytes.size(), bytes) == 0 && (at_end || !bytes.empty()));
    if (stream->chance(40))
        py::raise(PyExc_ValueError, "as chosen");
    if (at_end ? !stream->chance(3) : stream->chance(20)) {
        view_->generator = nullptr;
        return stepped_aside(before);
    }
    if (!at_end && !view_->has_taken && !view_->has_begun && stream->chance(4)) {
        view_->has_declined = true;
        return stepped_aside(before);
    }
    view_->has_ended_early = !at_end && stream->chance(20);
    return said(std::string(stream->chance(2) ? bytes : "") + stream->invented());
}

void FilterMachine::close() noexcept { view_->generator = nullptr; }

int FilterMachine::status_of_exception(const ap_filter_t *) {
    py::take_exception();
    return HTTP_INTERNAL_SERVER_ERROR;
}

int FilterMachine::status_of(const ap_filter_t *, const Unresolved &) { return HTTP_INTERNAL_SERVER_ERROR; }

py::ref pyhook::chunk_of(apr_bucket *bucket) { return py::to_python(std::span<const char>(apache::data_of(bucket))); }

std::string_view pyhook::bytes_of(py::borrowed output) {
    return {PyBytes_AS_STRING(static_cast<PyObject *>(output)), static_cast<std::size_t>(Py_SIZE(output))};
}

/// The client's side, as httpd's own filters behave.
apr_status_t
ap_get_brigade(ap_filter_t *, apr_bucket_brigade *into, ap_input_mode_t mode, apr_read_type_e how, apr_off_t most) {
    if (how == APR_NONBLOCK_READ && stream->chance(3))
        return APR_EAGAIN;
    std::string_view rest = std::string_view(stream->sent).substr(stream->read);
    if (rest.empty() && stream->ends_silently)
        return APR_EOF;
    if (mode == AP_MODE_GETLINE)
        rest = rest.substr(0, std::min(rest.find('\n'), rest.size() - 1) + 1);
    else if (mode != AP_MODE_EXHAUSTIVE)
        rest = rest.substr(0, static_cast<std::size_t>(most));
    if (mode == AP_MODE_READBYTES && !rest.empty())
        rest = rest.substr(0, stream->choices.ConsumeIntegralInRange<std::size_t>(1, rest.size()));
    if (mode != AP_MODE_SPECULATIVE)
        stream->read += rest.size();
    while (!rest.empty()) {
        const std::size_t size = stream->choices.ConsumeIntegralInRange<std::size_t>(0, rest.size());
        apache::append(into, apr_bucket_heap_create(rest.data(), size == 0 ? 1 : size, nullptr, into->bucket_alloc));
        rest.remove_prefix(size == 0 ? 1 : size);
        if (stream->chance(10))
            apache::append(into, apr_bucket_flush_create(into->bucket_alloc));
    }
    const bool at_end = stream->read == stream->sent.size();
    if (at_end && !stream->ends_silently && (APR_BRIGADE_EMPTY(into) || stream->chance(2)))
        apache::append(into, apr_bucket_eos_create(into->bucket_alloc));
    return APR_SUCCESS;
}

namespace {

constexpr ap_input_mode_t modes[] = {AP_MODE_READBYTES, AP_MODE_GETLINE, AP_MODE_SPECULATIVE, AP_MODE_EXHAUSTIVE};

/// One read; what it gave is compared with what it was to give, and added to `got` if it was taken. False at the end.
bool read(const FilterDefinition &definition, ap_filter_t *f, const Wanted &wanted, std::string &got) {
    const apr_status_t status = filter_input(definition, f, wanted);
    if (status != APR_SUCCESS)
        return APR_STATUS_IS_EAGAIN(status) && wanted.how == APR_NONBLOCK_READ;
    const std::string piece = fuzz::bytes_of(wanted.into);
    fuzz::demand(wanted.how == APR_NONBLOCK_READ || !APR_BRIGADE_EMPTY(wanted.into));
    fuzz::demand(stream->expected.compare(got.size(), piece.size(), piece) == 0);
    if (wanted.mode == AP_MODE_READBYTES || wanted.mode == AP_MODE_SPECULATIVE)
        fuzz::demand(piece.size() <= static_cast<std::size_t>(wanted.most));
    if (wanted.mode == AP_MODE_GETLINE)
        fuzz::demand(piece.find('\n') >= std::max<std::size_t>(piece.size(), 1) - 1);
    if (wanted.mode == AP_MODE_SPECULATIVE)
        return true;
    got += piece;
    const bool ended = !APR_BRIGADE_EMPTY(wanted.into) && APR_BUCKET_IS_EOS(APR_BRIGADE_LAST(wanted.into));
    if (ended)
        fuzz::demand(got == stream->expected);
    return !ended;
}

void read_all(const FilterDefinition &definition, ap_filter_t *f, FuzzedDataProvider &choices) {
    std::string got;
    bool more = true;
    for (int turn = 0; more; ++turn) {
        fuzz::demand(turn < 10000);
        Wanted wanted{apr_brigade_create(f->r->pool, f->c->bucket_alloc), AP_MODE_READBYTES, APR_BLOCK_READ, 8192};
        if (choices.remaining_bytes() > 0) {
            wanted.mode = choices.PickValueInArray(modes);
            wanted.how = choices.ConsumeBool() ? APR_BLOCK_READ : APR_NONBLOCK_READ;
            wanted.most = choices.ConsumeIntegralInRange(1, 40);
        }
        more = read(definition, f, wanted, got);
        apr_brigade_destroy(wanted.into);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const fuzz::Pool pool;
    FuzzedDataProvider choices(data, size);
    Stream now{
        .choices = choices, .sent = choices.ConsumeRandomLengthString(200), .ends_silently = choices.ConsumeBool()};
    stream = &now;
    conn_rec connection{};
    connection.pool = pool;
    connection.bucket_alloc = apr_bucket_alloc_create(pool);
    request_rec request{};
    request.pool = pool;
    request.connection = &connection;
    const Target target{.spec = "fuzzed:filter"};
    const FilterDefinition definition{"fuzzed", &target, choices.ConsumeBool() ? AP_FTYPE_RESOURCE : AP_FTYPE_PROTOCOL,
                                      apache::Change::length};
    ap_filter_t f{};
    f.r = &request;
    f.c = &connection;
    if (choices.ConsumeBool() && start_input_filter(definition, &f) != OK)
        return 0;
    read_all(definition, &f, choices);
    return 0;
}
