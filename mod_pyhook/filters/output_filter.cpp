#include "apache/brigade.h"
#include "apache/entity.h"
#include "apache/error_page.h"
#include "apache/filter.h"
#include "apache/framing.h"
#include "apache/pool.h"
#include "apache/response.h"

#include "filters/filter_machine.h"
#include "filters/filters.h"

#include <optional>

#include "py/poison.h"

namespace pyhook {

namespace {

/// The largest chunk that Python sees, and the most output that waits before it is passed on.
constexpr apr_size_t batch = 128 * 1024;

class OutputFilter {
public:
    OutputFilter(const FilterDefinition &definition, ap_filter_t *f)
        : machine_(definition, Direction::output), pool_(apache::pool_of(f)),
          incoming_(apr_brigade_create(pool_, f->c->bucket_alloc)),
          outgoing_(apr_brigade_create(pool_, f->c->bucket_alloc)) {}

    apr_status_t take(ap_filter_t *f, apr_bucket_brigade *brigade);

private:
    bool wants_to_start(const apr_bucket_brigade *brigade) const;
    bool start();
    apr_status_t run(apr_bucket_brigade *brigade);
    apr_status_t more_from(apr_bucket_brigade *brigade);
    void feed();
    bool is_idle_flush(const apr_bucket *bucket) const;
    void drop_idle_flushes(apr_bucket_brigade *brigade) const;
    void feed_one(apr_bucket *bucket);
    void feed_chunk(apr_bucket *bucket);
    void feed_end(apr_bucket *eos);
    void put(const py::ref &output);
    void put_back(apr_bucket *bucket);
    void announce(apr_size_t size, apr_size_t memory);
    void pass_on_batch();
    void settle_headers();
    void check_length(bool complete) const;
    void step_aside();
    apr_status_t pass_on();
    apr_status_t stop(apr_status_t status);
    apr_status_t break_off(apr_bucket_brigade *brigade);
    bool nobody_reads() const;
    void drop_rest();

    bool changes_entity() const { return f_->r != nullptr && machine_.definition().type < AP_FTYPE_PROTOCOL; }
    unsigned said() const noexcept { return machine_.definition().record->proto_flags | f_->frec->proto_flags; }
    apache::Change change() const noexcept;

    FilterMachine machine_;
    apr_pool_t *pool_;
    apr_bucket_brigade *incoming_; // read, not yet seen by Python
    apr_bucket_brigade *outgoing_; // to be passed on
    ap_filter_t *f_ = nullptr;
    std::optional<apache::EntityHeaders> before_;
    apr_off_t promised_ = -1; // the Content-Length that the filter has set, or -1
    apr_off_t passed_ = 0;
    apr_size_t waiting_ = 0;          // bytes of memory in outgoing_
    apr_status_t lost_ = APR_SUCCESS; // why nothing more can be passed on
    bool flushes_ = false;            // outgoing_ contains a flush
    bool passes_end_ = true;          // if data is dropped, the end of the stream still passes
};

/// False for a brigade that has only metadata, and for a response that has no body.
bool OutputFilter::wants_to_start(const apr_bucket_brigade *brigade) const {
    for (const apr_bucket *bucket = APR_BRIGADE_FIRST(brigade); bucket != APR_BRIGADE_SENTINEL(brigade);
         bucket = APR_BUCKET_NEXT(bucket))
        if (!APR_BUCKET_IS_METADATA(bucket) || APR_BUCKET_IS_EOS(bucket))
            return true;
    return false;
}

apr_status_t OutputFilter::take(ap_filter_t *f, apr_bucket_brigade *brigade) {
    f_ = f;
    if (machine_.executes()) { // another module wrote: Request refuses to write in a filter
        apr_brigade_cleanup(brigade);
        return AP_FILTER_ERROR;
    }
    if (machine_.mode == Mode::fresh && f->r != nullptr && AP_STATUS_IS_HEADER_ONLY(f->r->status))
        step_aside();
    if (machine_.mode == Mode::fresh && wants_to_start(brigade) && !start())
        return break_off(brigade);
    if (machine_.mode == Mode::failed) {
        apr_brigade_cleanup(brigade);
        return machine_.failure;
    }
    if (machine_.mode == Mode::fresh)
        drop_idle_flushes(brigade);
    return run(brigade);
}

/// Returns false if the filter can't run: then nothing may go out, since the filter may be there to protect it.
bool OutputFilter::start() {
    if (changes_entity())
        before_.emplace(f_->r);
    machine_.begin(f_, [&] {
        put(machine_.start(f_));
        if (machine_.view().has_declined || machine_.has_returned())
            step_aside();
    });
    return machine_.error == OK;
}

apr_status_t OutputFilter::run(apr_bucket_brigade *brigade) {
    while (machine_.mode == Mode::running && !(APR_BRIGADE_EMPTY(brigade) && APR_BRIGADE_EMPTY(incoming_))) {
        const apr_status_t status = APR_BRIGADE_EMPTY(incoming_) ? more_from(brigade) : APR_SUCCESS;
        if (status != APR_SUCCESS)
            return stop(status);
        feed();
        if (machine_.error != OK)
            return break_off(brigade);
        const bool is_time = flushes_ || waiting_ >= batch || APR_BRIGADE_EMPTY(brigade);
        if (lost_ != APR_SUCCESS || (is_time && machine_.mode == Mode::running && pass_on() != APR_SUCCESS))
            return stop(lost_);
        if (machine_.mode == Mode::running && nobody_reads())
            drop_rest();
    }
    apache::put_back(incoming_, brigade);
    if (machine_.mode == Mode::dropping)
        apache::keep_metadata(brigade, passes_end_);
    apache::put_back(outgoing_, brigade);
    return APR_BRIGADE_EMPTY(brigade) ? APR_SUCCESS : ap_pass_brigade(f_->next, brigade);
}

/// Fills incoming_. Before it waits for more content, it passes on all that came before.
apr_status_t OutputFilter::more_from(apr_bucket_brigade *brigade) {
    apr_status_t status = apache::gather(brigade, incoming_, batch, APR_NONBLOCK_READ);
    if (!APR_STATUS_IS_EAGAIN(status))
        return status;
    if (machine_.view().has_begun)
        apache::append(outgoing_, apr_bucket_flush_create(f_->c->bucket_alloc));
    status = pass_on();
    return status == APR_SUCCESS ? apache::gather(brigade, incoming_, batch, APR_BLOCK_READ) : status;
}

/// True for an answer to HEAD whose headers have gone out: it is complete.
bool OutputFilter::nobody_reads() const {
    return f_->r != nullptr && f_->r->header_only != 0 && f_->r->sent_bodyct != 0;
}

void OutputFilter::drop_rest() {
    machine_.mode = Mode::dropping;
    machine_.in_python(f_, [] {});
}

void OutputFilter::feed() {
    machine_.in_python(f_, [&] {
        if (APR_BRIGADE_EMPTY(outgoing_)) // the output of the start may still wait there
            py::clear(machine_.view().sent);
        while (machine_.mode == Mode::running && lost_ == APR_SUCCESS && !flushes_ && !APR_BRIGADE_EMPTY(incoming_))
            feed_one(APR_BRIGADE_FIRST(incoming_));
    });
}

bool ends_stream(const ap_filter_t *f, const apr_bucket *bucket) {
    return f->r != nullptr ? APR_BUCKET_IS_EOS(bucket) : AP_BUCKET_IS_EOC(bucket);
}

/// Before the first output, a flush could send only the headers, which may still change.
bool OutputFilter::is_idle_flush(const apr_bucket *bucket) const {
    const bool idle = machine_.mode == Mode::fresh || !machine_.view().has_begun;
    return APR_BUCKET_IS_FLUSH(bucket) && f_->r != nullptr && idle;
}

void OutputFilter::drop_idle_flushes(apr_bucket_brigade *brigade) const {
    for (apr_bucket *bucket = APR_BRIGADE_FIRST(brigade); bucket != APR_BRIGADE_SENTINEL(brigade);) {
        apr_bucket *next = APR_BUCKET_NEXT(bucket);
        if (is_idle_flush(bucket))
            apr_bucket_delete(bucket);
        bucket = next;
    }
}

void OutputFilter::feed_one(apr_bucket *bucket) {
    if (ends_stream(f_, bucket))
        feed_end(bucket);
    else if (bucket->length == 0 && (!APR_BUCKET_IS_METADATA(bucket) || is_idle_flush(bucket)))
        apr_bucket_delete(bucket);
    else if (APR_BUCKET_IS_METADATA(bucket)) {
        flushes_ = APR_BUCKET_IS_FLUSH(bucket);
        apache::move(bucket, outgoing_);
    } else
        feed_chunk(bucket);
}

void OutputFilter::feed_chunk(apr_bucket *bucket) {
    Filter &view = machine_.view();
    const py::ref chunk = chunk_of(bucket);
    const py::ref output = machine_.send(chunk);
    if (view.has_declined || machine_.has_returned()) { // the chunk just sent passes too
        put(output);
        if (view.has_taken || view.has_begun)
            settle_headers();
        step_aside();
        return;
    }
    view.has_taken = true;
    if (output.get() == chunk.get() && !apache::is_file_to_read(bucket)) {
        put_back(bucket);
    } else {
        apr_bucket_delete(bucket);
        put(output);
    }
    if (view.has_ended_early) {
        settle_headers();
        check_length(true);
        apache::append(outgoing_, apr_bucket_eos_create(f_->c->bucket_alloc));
        machine_.mode = Mode::dropping;
        passes_end_ = false;
    }
}

void OutputFilter::feed_end(apr_bucket *eos) {
    put(machine_.send(Py_None));
    if (machine_.view().has_declined) {
        step_aside();
        return;
    }
    while (!machine_.has_returned() && lost_ == APR_SUCCESS)
        put(machine_.send(Py_None));
    settle_headers();
    check_length(true);
    apache::move(eos, outgoing_);
    machine_.mode = Mode::aside;
}

/// Queues an output without a copy. Python keeps the object alive until the next call, and httpd reads it before.
void OutputFilter::put(const py::ref &output) {
    const std::string_view bytes = output ? bytes_of(output) : std::string_view();
    if (bytes.empty())
        return;
    if (machine_.view().has_declined)
        py::raise(PyExc_RuntimeError, "a filter that has declined has no output");
    announce(bytes.size(), bytes.size());
    Filter &view = machine_.view();
    if (view.sent == nullptr)
        py::store(view.sent, py::check(PyList_New(0)));
    py::check(PyList_Append(view.sent, output.get()));
    apache::append(outgoing_, apr_bucket_transient_create(bytes.data(), bytes.size(), f_->c->bucket_alloc));
    pass_on_batch();
}

/// Queues the chunk that came in: its bucket passes on as it is.
void OutputFilter::put_back(apr_bucket *bucket) {
    const bool is_there_anyway = APR_BUCKET_IS_MMAP(bucket) || APR_BUCKET_IS_TRANSIENT(bucket);
    announce(bucket->length, is_there_anyway ? bucket->length / 32 : bucket->length);
    apache::move(bucket, outgoing_);
    pass_on_batch();
}

/// Prepares for output that is about to be queued and holds `memory` bytes until it is passed on.
void OutputFilter::announce(apr_size_t size, apr_size_t memory) {
    settle_headers();
    passed_ += static_cast<apr_off_t>(size);
    check_length(false);
    waiting_ += memory;
}

void OutputFilter::pass_on_batch() {
    if (waiting_ < batch)
        return;
    const filtering outside(nullptr, Direction::output); // httpd may make an error page in there, which writes
    if (py::while_detached([&] { return pass_on(); }) == APR_SUCCESS)
        py::clear(machine_.view().sent);
}

/// What a FilterProtocol directive says of the filter overrides the filter's own directive.
apache::Change OutputFilter::change() const noexcept {
    if ((said() & AP_FILTER_PROTO_CHANGE_LENGTH) != 0)
        return apache::Change::length;
    return (said() & AP_FILTER_PROTO_CHANGE) != 0 ? apache::Change::bytes : machine_.definition().change;
}

/// Sets the headers before the first output, or at the end of a body that has become empty.
void OutputFilter::settle_headers() {
    Filter &view = machine_.view();
    if (!view.has_begun && before_) {
        before_->forget(f_->r, change());
        if (change() == apache::Change::length || (said() & AP_FILTER_PROTO_NO_BYTERANGE) != 0)
            apache::refuse_ranges(f_->r);
        promised_ = apache::content_length(f_->r);
    }
    view.has_begun = true;
}

/// The client would take a body that is too long for the next response, and the next response for the rest of a body
/// that is too short.
void OutputFilter::check_length(bool complete) const {
    if (promised_ < 0 || f_->r->header_only != 0 || passed_ == promised_ || (passed_ < promised_ && !complete))
        return;
    py::raise(PyExc_ValueError, "the filter set Content-Length to %lld, but its output has %s%lld bytes",
              static_cast<long long>(promised_), complete ? "" : "at least ", static_cast<long long>(passed_));
}

/// Lets the rest pass unchanged.
void OutputFilter::step_aside() {
    machine_.mode = Mode::aside;
    ap_remove_output_filter(f_);
}

apr_status_t OutputFilter::pass_on() {
    waiting_ = 0;
    flushes_ = false;
    if (!APR_BRIGADE_EMPTY(outgoing_)) {
        lost_ = ap_pass_brigade(f_->next, outgoing_);
        apr_brigade_cleanup(outgoing_);
    }
    return lost_;
}

/// Tells the generator that nothing more can be sent, because the client has gone or the content can't be read.
apr_status_t OutputFilter::stop(apr_status_t status) {
    lost_ = machine_.failure = status;
    machine_.mode = Mode::failed;
    machine_.in_python(f_, [] {});
    apr_brigade_cleanup(incoming_);
    apr_brigade_cleanup(outgoing_);
    return status;
}

/// Answers for a failed filter: an error page if nothing has gone out, otherwise the client sees the response break
/// off.
apr_status_t OutputFilter::break_off(apr_bucket_brigade *brigade) {
    apr_brigade_cleanup(brigade);
    apr_brigade_cleanup(incoming_);
    apr_brigade_cleanup(outgoing_);
    f_->c->keepalive = AP_CONN_CLOSE;
    machine_.failure = APR_ECONNABORTED;
    if (f_->r == nullptr) {
        f_->c->aborted = 1;
        machine_.mode = Mode::failed;
        return machine_.failure;
    }
    machine_.failure = AP_FILTER_ERROR;
    machine_.mode = Mode::aside; // an error page may pass
    if (apache::has_begun(f_->r))
        apache::break_off(f_->r, f_->next);
    else
        apache::answer_error(f_->r, machine_.error);
    machine_.mode = Mode::failed;
    return machine_.failure;
}

} // namespace

apr_status_t filter_output(const FilterDefinition &definition, ap_filter_t *f, apr_bucket_brigade *brigade) noexcept {
    if (brigade == nullptr || APR_BRIGADE_EMPTY(brigade))
        return APR_SUCCESS;
    if (f->ctx == nullptr && f->r == nullptr && apache::stands_in(f->c->output_filters, f->frec, f)) {
        ap_remove_output_filter(f); // a directive adds it again for each request
        return ap_pass_brigade(f->next, brigade);
    }
    if (f->ctx == nullptr)
        f->ctx = apache::make<OutputFilter>(apache::pool_of(f), definition, f);
    return static_cast<OutputFilter *>(f->ctx)->take(f, brigade);
}

} // namespace pyhook
