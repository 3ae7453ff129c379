#include "processes/handler.h"

#include "apache/error_page.h"
#include "apache/framing.h"
#include "apache/pool.h"
#include "apache/table.h"

#include "call/exception.h"
#include "call/result.h"
#include "processes/changes.h"
#include "processes/request_frame.h"

#include <charconv>
#include <stdexcept>

#include "py/poison.h"

namespace pyhook::processes {

HandlerExchange::HandlerExchange(request_rec *r, const Mount &mount, const ProcessesDefinition &definition)
    : Exchange(r, mount, definition), body_(r) {}

std::string HandlerExchange::question() const { return handler_frame(request(), mount()); }

Exchange::Step HandlerExchange::take_answer(const Frame &frame) {
    switch (frame.type) {
    case FrameType::set:
        return take_changes(frame.payload);
    case FrameType::page:
        return take_page(frame.payload);
    case FrameType::data:
        return take_data(frame.payload);
    case FrameType::file:
        return take_file(frame.payload);
    case FrameType::result:
        return take_result(frame.payload);
    default:
        return nonsense("a frame of no type");
    }
}

Exchange::Step HandlerExchange::take_changes(std::string_view payload) {
    if (!may_keep(payload))
        return nonsense("too many changes");
    try {
        apply_changes(request(), payload);
    } catch (const std::invalid_argument &wrong) {
        return nonsense(wrong.what());
    }
    return Step::more;
}

Exchange::Step HandlerExchange::take_page(std::string_view payload) {
    const auto status = next_string(payload);
    const auto type = next_string(payload);
    int number = 0;
    if (status)
        std::from_chars(status->data(), status->data() + status->size(), number);
    if (!may_keep(payload) || !type || number < 300 || number >= no_status || AP_STATUS_IS_HEADER_ONLY(number) ||
        !apache::is_field_value(*type))
        return nonsense("a wrong page");
    apache::keep_error_body(request(), number, payload, type->empty() ? nullptr : apache::copy(request()->pool, *type));
    return Step::more;
}

bool HandlerExchange::wants_more() const { return !body_.client_has_gone() && !apache::is_complete(request()); }

Exchange::Step HandlerExchange::take_data(std::string_view payload) {
    apache::keep_framing(request());
    has_begun_ = true;
    return take_piece(payload);
}

Exchange::Step HandlerExchange::take_file(std::string_view payload) {
    const std::optional<FilePart> part = file_part(payload);
    if (!part)
        return Step::lost;
    apache::keep_framing(request());
    has_begun_ = true;
    send_rest();
    body_.append_file(part->file, part->offset, part->size, apache::Mapping::never);
    body_.pass(apache::Then::more);
    return go_on();
}

Exchange::Step HandlerExchange::take_result(std::string_view payload) {
    int status = 0;
    if (payload.size() < sizeof(status))
        return nonsense("a wrong result");
    std::memcpy(&status, payload.data(), sizeof(status));
    const std::string_view last = payload.substr(sizeof(status));
    const bool is_error = status >= 300 && status < no_status;
    if (!is_error && status != OK && status != DECLINED && status != DONE)
        return nonsense("a wrong result");
    if (status != OK && !last.empty())
        return nonsense("a body with another answer");
    let_process_go();
    send_rest();
    if (status == OK && (has_begun_ || !last.empty())) {
        apache::keep_framing(request());
        if (!last.empty())
            body_.append(apr_bucket_transient_create(last.data(), last.size(), request()->connection->bucket_alloc));
        end();
    } else if (is_error) {
        apache::name_status(request(), status);
    } else if (status == DECLINED && !give_body_back()) {
        status = report_lost_body(request(), site());
    }
    set_status(status >= 300 ? fail(request(), site(), status) : status);
    return Step::over;
}

void HandlerExchange::end() {
    if (!apache::is_complete(request()))
        body_.pass(apache::Then::end);
    if (body_.client_has_gone())
        note(request(), site(), "finds that the client has gone");
}

} // namespace pyhook::processes
