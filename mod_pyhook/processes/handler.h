// processes/handler.h: a request that a content handler (PyHookHandler) in a worker process answers.
#pragma once

#include "call/transmission.h"
#include "processes/exchange.h"

namespace pyhook::processes {

class HandlerExchange final : public Exchange {
public:
    HandlerExchange(request_rec *r, const Mount &mount, const ProcessesDefinition &definition);

private:
    std::string question() const override;
    Step take_answer(const Frame &frame) override;
    bool is_started() const noexcept override { return has_begun_; }
    void deliver(std::string_view piece) override { body_.send(piece); }
    bool wants_more() const override;
    void end() override;
    void abandon() override { body_.abandon(); }

    bool may_keep(std::string_view payload) noexcept { return (set_ += payload.size()) <= most_set; }
    Step take_changes(std::string_view payload);
    Step take_page(std::string_view payload);
    Step take_data(std::string_view payload);
    Step take_file(std::string_view payload);
    Step take_result(std::string_view payload);

    Transmission body_;
    bool has_begun_ = false; // something of the body has come
    std::size_t set_ = 0;    // bytes that httpd keeps until the request ends
};

} // namespace pyhook::processes
