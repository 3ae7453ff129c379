#include "apache/brigade.h"
#include "apache/error_page.h"
#include "apache/filter.h"
#include "apache/framing.h"
#include "apache/pool.h"
#include "apache/response.h"

#include "filters/filter_machine.h"
#include "filters/filters.h"

#include <algorithm>

#include "py/poison.h"

namespace pyhook {

namespace {

/// How much is asked of the client's side at once, which is also the largest chunk that Python sees.
constexpr apr_off_t fetch_size = 64 * 1024;

bool has_end(const apr_bucket_brigade *brigade) {
    return !APR_BRIGADE_EMPTY(brigade) && APR_BUCKET_IS_EOS(APR_BRIGADE_LAST(brigade));
}

class InputFilter {
public:
    InputFilter(const FilterDefinition &definition, ap_filter_t *f)
        : machine_(definition, Direction::input), raw_(apr_brigade_create(apache::pool_of(f), f->c->bucket_alloc)),
          fetched_(apr_brigade_create(apache::pool_of(f), f->c->bucket_alloc)),
          ready_(apr_brigade_create(apache::pool_of(f), f->c->bucket_alloc)) {}

    static InputFilter &of(const FilterDefinition &definition, ap_filter_t *f) {
        if (f->ctx == nullptr)
            f->ctx = apache::make<InputFilter>(apache::pool_of(f), definition, f);
        return *static_cast<InputFilter *>(f->ctx);
    }

    int start(ap_filter_t *f);
    apr_status_t read(ap_filter_t *f, const Wanted &wanted);

private:
    apr_status_t fill(const Wanted &wanted);
    apr_status_t fetch(const Wanted &wanted);
    Wanted bounded(const Wanted &wanted, apr_bucket_brigade *into) const;
    void feed();
    void feed_chunk(apr_bucket *bucket);
    void feed_end();
    void put(const py::ref &output);
    void step_aside();
    void end_early();
    void give_up();
    apr_status_t fail();

    FilterMachine machine_;
    apr_bucket_brigade *raw_;     // read just now; one for all reads, because a pool keeps its memory
    apr_bucket_brigade *fetched_; // read from the client, not yet seen by Python
    apr_bucket_brigade *ready_;   // for the reader
    ap_filter_t *f_ = nullptr;
    apr_status_t source_ = APR_SUCCESS; // the last status of the client's side
};

/// httpd calls this in every ap_invoke_handler, so also for a filter that is left over from before an internal
/// redirect, or whose body somebody has read already. A filter that has started has nothing to add.
int InputFilter::start(ap_filter_t *f) {
    f_ = f;
    if (machine_.mode != Mode::fresh)
        return OK;
    machine_.begin(f, [&] {
        put(machine_.start(f));
        if (machine_.view().has_declined || machine_.has_returned())
            step_aside();
    });
    if (machine_.error != OK)
        give_up();
    return machine_.error;
}

/// Lets the rest of the body pass unchanged, after the data that is ready.
void InputFilter::step_aside() { machine_.mode = Mode::aside; }

/// Queues text for the reader. It is copied, because the reader may keep it beyond the next call into Python.
void InputFilter::put(const py::ref &output) {
    const std::string_view bytes = output ? bytes_of(output) : std::string_view();
    if (bytes.empty())
        return;
    if (machine_.view().has_declined)
        py::raise(PyExc_RuntimeError, "a filter that has declined has no output");
    machine_.view().has_begun = true;
    apache::append(ready_, apr_bucket_heap_create(bytes.data(), bytes.size(), nullptr, f_->c->bucket_alloc));
}

void InputFilter::feed_chunk(apr_bucket *bucket) {
    Filter &view = machine_.view();
    const py::ref output = machine_.send(chunk_of(bucket));
    if (view.has_declined || machine_.has_returned()) { // the chunk just sent passes too
        put(output);
        step_aside();
        return;
    }
    apr_bucket_delete(bucket);
    view.has_taken = true;
    put(output);
    if (view.has_ended_early)
        end_early();
}

/// Gives the reader the end of the body. The client may still send more of the body, which must not be taken for its
/// next request.
void InputFilter::end_early() {
    if (!has_end(fetched_))
        f_->c->keepalive = AP_CONN_CLOSE;
    apache::append(ready_, apr_bucket_eos_create(f_->c->bucket_alloc));
    machine_.mode = Mode::dropping;
}

void InputFilter::feed_end() {
    put(machine_.send(Py_None));
    while (!machine_.has_returned() && !machine_.view().has_declined)
        put(machine_.send(Py_None));
    step_aside();
}

void InputFilter::feed() {
    machine_.in_python(f_, [&] {
        while (machine_.mode == Mode::running && !APR_BRIGADE_EMPTY(fetched_)) {
            apr_bucket *bucket = APR_BRIGADE_FIRST(fetched_);
            if (APR_BUCKET_IS_EOS(bucket))
                feed_end();
            else if (APR_BUCKET_IS_METADATA(bucket))
                apache::move(bucket, ready_);
            else if (bucket->length == 0)
                apr_bucket_delete(bucket);
            else
                feed_chunk(bucket);
        }
        if (machine_.mode == Mode::running && APR_STATUS_IS_EOF(source_))
            feed_end();
    });
    if (machine_.mode == Mode::dropping)
        apr_brigade_cleanup(fetched_);
    APR_BRIGADE_CONCAT(ready_, fetched_);
    apache::drop_empty(ready_);
}

/// What to ask of the client's side. A filter below HTTP_IN also sees the bytes of the next request, so it must
/// not read more than the reader wants.
Wanted InputFilter::bounded(const Wanted &wanted, apr_bucket_brigade *into) const {
    const bool sees_end = f_->r == nullptr || machine_.definition().type < AP_FTYPE_PROTOCOL;
    if (sees_end || wanted.mode == AP_MODE_EXHAUSTIVE)
        return {into, AP_MODE_READBYTES, wanted.how, fetch_size};
    if (wanted.mode == AP_MODE_GETLINE)
        return {into, AP_MODE_GETLINE, wanted.how, 0};
    return {into, AP_MODE_READBYTES, wanted.how, std::min(wanted.most, fetch_size)};
}

/// Reads once from the client's side and passes the data through Python.
apr_status_t InputFilter::fetch(const Wanted &wanted) {
    const Wanted ask = bounded(wanted, raw_);
    source_ = ap_get_brigade(f_->next, ask.into, ask.mode, ask.how, ask.most);
    if (source_ == APR_SUCCESS)
        source_ = apache::gather(raw_, fetched_, static_cast<apr_size_t>(fetch_size), APR_BLOCK_READ);
    APR_BRIGADE_CONCAT(fetched_, raw_);
    const bool ended = APR_STATUS_IS_EOF(source_);
    if (source_ != APR_SUCCESS && !ended)
        return source_;
    feed();
    return machine_.error != OK ? fail() : source_;
}

bool has_line(apr_bucket_brigade *brigade) {
    for (apr_bucket *bucket = APR_BRIGADE_FIRST(brigade); bucket != APR_BRIGADE_SENTINEL(brigade);
         bucket = APR_BUCKET_NEXT(bucket))
        if (APR_BUCKET_IS_EOS(bucket) || apache::data_of(bucket).find('\n') != std::string_view::npos)
            return true;
    return false;
}

/// Is the data that is ready enough for this way of reading?
bool suffices(apr_bucket_brigade *ready, ap_input_mode_t mode) {
    if (mode == AP_MODE_GETLINE)
        return has_line(ready);
    return mode == AP_MODE_EXHAUSTIVE ? has_end(ready) : !APR_BRIGADE_EMPTY(ready);
}

apr_status_t InputFilter::fill(const Wanted &wanted) {
    while (machine_.mode == Mode::running && !suffices(ready_, wanted.mode)) {
        const apr_status_t status = fetch(wanted);
        if (APR_STATUS_IS_EAGAIN(status) && !APR_BRIGADE_EMPTY(ready_))
            return APR_SUCCESS;
        if (status != APR_SUCCESS && (!APR_STATUS_IS_EOF(status) || APR_BRIGADE_EMPTY(ready_)))
            return status;
    }
    return APR_SUCCESS;
}

apr_status_t InputFilter::read(ap_filter_t *f, const Wanted &wanted) {
    f_ = f;
    const bool plain = wanted.mode == AP_MODE_INIT || wanted.mode == AP_MODE_EATCRLF;
    if (machine_.executes())
        return AP_FILTER_ERROR;
    if (machine_.mode == Mode::failed)
        return machine_.failure;
    if (!plain && machine_.mode == Mode::fresh && start(f) != OK)
        return fail();
    if (!plain) {
        const apr_status_t status = fill(wanted);
        if (status != APR_SUCCESS)
            return status;
    }
    if (!APR_BRIGADE_EMPTY(ready_))
        return apache::take(ready_, wanted.into, wanted.mode, wanted.most);
    const apr_status_t status = ap_get_brigade(f->next, wanted.into, wanted.mode, wanted.how, wanted.most);
    if (machine_.mode == Mode::dropping)
        apache::keep_metadata(wanted.into, true);
    return status;
}

/// Drops the data: the body can't be had, now or later.
void InputFilter::give_up() {
    apr_brigade_cleanup(fetched_);
    apr_brigade_cleanup(ready_);
    machine_.mode = Mode::failed;
    machine_.failure = f_->r == nullptr ? APR_ECONNABORTED : AP_FILTER_ERROR;
    f_->c->keepalive = AP_CONN_CLOSE;
}

/// Tells the reader that there is no body, and sends the client its answer here, as LimitRequestBody does: from a
/// reader httpd would take only a few statuses.
apr_status_t InputFilter::fail() {
    give_up();
    request_rec *r = f_->r;
    if (r != nullptr && !apache::has_begun(r))
        apache::answer_error(r, machine_.error);
    return machine_.failure;
}

} // namespace

int start_input_filter(const FilterDefinition &definition, ap_filter_t *f) noexcept {
    return InputFilter::of(definition, f).start(f);
}

apr_status_t filter_input(const FilterDefinition &definition, ap_filter_t *f, const Wanted &wanted) noexcept {
    return InputFilter::of(definition, f).read(f, wanted);
}

} // namespace pyhook
