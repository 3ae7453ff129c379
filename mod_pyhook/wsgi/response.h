// wsgi/response.h: one response: takes start_response and pieces of body, and sends them down the output filters.
#pragma once

#include "call/transmission.h"
#include "gateway/head.h"

#include <optional>

namespace pyhook::wsgi {

/// Lives in the handler's frame. As PEP 3333 wants, the head goes out with the first byte of the body.
class Response {
public:
    explicit Response(request_rec *r) : r_(r), transmission_(r) {}
    Response(const Response &) = delete;
    Response &operator=(const Response &) = delete;

    /// start_response(status, headers, exc_info). Raises the given exception if the head has gone out already.
    void start(py::borrowed status, py::borrowed headers, py::borrowed exc_info);
    void start(const gateway::Head &head);
    bool is_started() const { return head_.has_value(); }

    /// Gives the head to httpd: no other head can follow.
    void commit();

    /// Sends a piece of the body: it is on its way to the client before this returns.
    void send(std::string_view piece);

    /// Sends the last piece and ends the response.
    void send_last(std::string_view piece);

    /// Adds one of many pieces. Pieces that quickly follow each other go out together.
    void add(std::string_view piece);

    /// Runs `make`, which makes the next piece.
    template <class Make> auto while_making(Make make) { return transmission_.while_making(std::move(make)); }

    /// Sends a tuple of bytes at once. A small one waits for `finish`, which needs no Python.
    void send_all(py::borrowed pieces);

    /// Sends the rest of an open file.
    void send_file(apr_file_t *file,
                   apr_off_t offset,
                   apr_off_t size,
                   apache::Mapping mapping = apache::Mapping::as_configured);

    /// False if the client has gone or has its answer, if the request was HEAD, or if the application has given more
    /// than its Content-Length says.
    bool wants_more() const;

    /// True if something else has answered the request.
    bool was_replaced() const;

    /// True if the body is shorter than the Content-Length says.
    bool is_short() const;
    bool was_cut() const { return cut_; }
    bool client_has_gone() const { return transmission_.client_has_gone(); }

    /// Ends the response after the application's last piece: sends what was held back. A response that is too short
    /// breaks off. A second call does nothing.
    void finish();

    /// Like `finish`, and httpd keeps nothing back.
    void finish_now();

    /// Sends nothing more: something else ends the response.
    void abandon();

private:
    bool has_ended() const;
    bool is_counted() const;
    std::size_t fitting(std::size_t size);

    request_rec *r_;
    std::optional<gateway::Head> head_;
    bool committed_ = false;
    bool cut_ = false;
    bool ended_ = false;
    apr_off_t sent_ = 0;
    Transmission transmission_;
};

/// The head that the arguments of start_response mean. Raises TypeError or ValueError that says what was expected and
/// what came.
gateway::Head head_from(request_rec *r, py::borrowed status, py::borrowed headers);

} // namespace pyhook::wsgi
