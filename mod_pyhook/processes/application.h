// processes/application.h: a request that a WSGI or ASGI application in a worker process answers.
#pragma once

#include "processes/exchange.h"
#include "processes/request_frame.h"
#include "wsgi/response.h"

namespace pyhook::processes {

class ApplicationExchange : public Exchange {
public:
    ApplicationExchange(request_rec *r,
                        const Mount &mount,
                        const ProcessesDefinition &definition,
                        Scope scope = Scope::http);

protected:
    Step take_answer(const Frame &frame) override;

    /// Takes the head of a response.
    Step start(std::string_view status, std::string_view headers);

    wsgi::Response &response() noexcept { return response_; }

private:
    bool is_asgi() const noexcept { return mount().gateway == Gateway::asgi; }
    int prepare() override;
    std::string question() const override;
    bool watches_client() const noexcept override { return is_asgi(); }
    bool is_started() const noexcept override { return response_.is_started(); }
    void deliver(std::string_view piece) override { response_.send(piece); }
    bool wants_more() const override { return is_asgi() ? !response_.client_has_gone() : response_.wants_more(); }
    void end() override;
    void abandon() override { response_.abandon(); }

    Step take_head(std::string_view payload);
    Step take_data(std::string_view payload);
    Step take_file(std::string_view payload);
    Step take_end();

    gateway::BodyLength length_;
    Scope scope_;
    wsgi::Response response_;
};

} // namespace pyhook::processes
