#include "processes/application.h"

#include <stdexcept>

#include "py/poison.h"

namespace pyhook::processes {

ApplicationExchange::ApplicationExchange(request_rec *r,
                                         const Mount &mount,
                                         const ProcessesDefinition &definition,
                                         Scope scope)
    : Exchange(r, mount, definition), scope_(scope), response_(r) {}

/// Receives a body whose length nobody can tell, as for an application in the child.
int ApplicationExchange::prepare() {
    if (is_asgi())
        return apache::has_unknown_coding(request()) ? HTTP_NOT_IMPLEMENTED : OK;
    apr_off_t most = 0;
    if (const int problem = gateway::plan_body(request(), length_, most); problem != OK || most == 0)
        return problem;
    apr_off_t received = 0;
    if (const apr_status_t status = body().receive_all(most, received); status != APR_SUCCESS)
        return ap_map_http_request_error(status, HTTP_BAD_REQUEST);
    length_.received = received;
    return OK;
}

std::string ApplicationExchange::question() const {
    return is_asgi() ? scope_frame(request(), mount(), scope_) : request_frame(request(), mount(), length_);
}

Exchange::Step ApplicationExchange::take_answer(const Frame &frame) {
    switch (frame.type) {
    case FrameType::head:
        return take_head(frame.payload);
    case FrameType::data:
        return take_data(frame.payload);
    case FrameType::file:
        return take_file(frame.payload);
    case FrameType::end:
        return take_end();
    default:
        return nonsense("a frame of no type");
    }
}

/// The process has checked the head, but who has broken into it may send anything.
Exchange::Step ApplicationExchange::take_head(std::string_view payload) {
    const auto status = next_string(payload);
    return status ? start(*status, payload) : nonsense("a wrong head");
}

Exchange::Step ApplicationExchange::start(std::string_view status, std::string_view headers) {
    if (response_.is_started())
        return nonsense("a second head");
    try {
        gateway::Head head(request(), status, 8);
        while (const auto name = next_string(headers)) {
            const auto value = next_string(headers);
            if (!value)
                return nonsense("a wrong head");
            head.add(*name, *value);
        }
        response_.start(head);
    } catch (const std::invalid_argument &wrong) {
        return nonsense(wrong.what());
    }
    return Step::more;
}

Exchange::Step ApplicationExchange::take_data(std::string_view payload) {
    if (!response_.is_started())
        return nonsense("a body without a head");
    if (!wire().is_followed_by(FrameType::end))
        return take_piece(payload);
    wire().receive();
    let_process_go();
    send_rest();
    response_.send_last(payload);
    end();
    return Step::over;
}

Exchange::Step ApplicationExchange::take_file(std::string_view payload) {
    const std::optional<FilePart> part = file_part(payload);
    if (!part)
        return Step::lost;
    if (!response_.is_started())
        return nonsense("a file without a head");
    send_rest();
    response_.send_file(part->file, part->offset, part->size, apache::Mapping::never);
    return Step::more;
}

Exchange::Step ApplicationExchange::take_end() {
    if (!response_.is_started())
        return nonsense("an end without a head");
    let_process_go();
    send_rest();
    end();
    return Step::over;
}

void ApplicationExchange::end() {
    response_.finish();
    if (response_.client_has_gone())
        note(request(), site(), "finds that the client has gone");
    else if (response_.was_replaced())
        note(request(), site(), "gave a response that is dropped: httpd has answered");
    else if (response_.was_cut())
        report(request(), code::wrong_length, site(), "gave more than its Content-Length: the rest is not sent", {});
    else if (response_.is_short())
        report(request(), code::wrong_length, site(), "gave less than its Content-Length: the response is broken off",
               {});
}

} // namespace pyhook::processes
