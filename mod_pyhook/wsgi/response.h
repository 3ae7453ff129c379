// wsgi/response.h: one response: from start_response and pieces of body to what goes down the output filters.
#pragma once

#include "call/transmission.h"
#include "wsgi/head.h"

#include <optional>

namespace pyhook::wsgi {

/// Lives in the handler's frame. The head goes out with the first byte of the body, as PEP 3333 wants it.
class Response {
public:
    explicit Response(request_rec *r) : r_(r), transmission_(r) {}
    Response(const Response &) = delete;
    Response &operator=(const Response &) = delete;

    /// start_response(status, headers, exc_info): raises the given exception when it is too late for another head.
    void start(py::borrowed status, py::borrowed headers, py::borrowed exc_info);
    void start(const Head &head);
    bool is_started() const { return head_.has_value(); }

    /// The head is httpd's from now on: no other can follow.
    void commit();

    /// A piece of the body, on its way to the client before this returns.
    void send(std::string_view piece);

    /// The last piece; then the response ends.
    void send_last(std::string_view piece);

    /// One of many: those that follow quickly go out together.
    void add(std::string_view piece);

    /// Runs what makes the next piece.
    template <class Make> auto while_making(Make make) { return transmission_.while_making(std::move(make)); }

    /// A tuple of bytes at once. What is small waits for `finish`, which needs no Python.
    void send_all(py::borrowed pieces);

    /// The rest of an open file.
    void send_file(apr_file_t *file, apr_off_t offset, apr_off_t size);

    /// No: the client has gone or has its answer, the request was HEAD, or the Content-Length is reached and passed.
    bool wants_more() const;

    /// Has somebody else given the answer?
    bool was_replaced() const;

    /// Was less given than the Content-Length says?
    bool is_short() const;
    bool was_cut() const { return cut_; }
    bool client_has_gone() const { return transmission_.client_has_gone(); }

    /// The application has given all it has: what was held back goes out, and the response ends, or breaks off when it
    /// is short. A second call does nothing.
    void finish();

    /// The same, and nothing of it stays with httpd.
    void finish_now();

    /// Somebody else ends the response: nothing more is sent from here.
    void abandon();

private:
    bool has_ended() const;
    bool is_counted() const;
    std::size_t fitting(std::size_t size);

    request_rec *r_;
    std::optional<Head> head_;
    bool committed_ = false;
    bool cut_ = false;
    bool ended_ = false;
    apr_off_t sent_ = 0;
    Transmission transmission_;
};

} // namespace pyhook::wsgi
