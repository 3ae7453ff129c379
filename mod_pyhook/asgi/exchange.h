// asgi/exchange.h: a request that an ASGI application answers, on the event loop of its interpreter.
#pragma once

#include "asgi/scope.h"
#include "loops/loop.h"
#include "wsgi/response.h"

namespace pyhook::asgi {

class HTTPExchange : public Exchange {
public:
    HTTPExchange(Loop &loop, State &state, request_rec *r, const Mount &mount, Patience patience) noexcept
        : Exchange(loop, r, patience), state_(state), mount_(mount), response_(r) {}

    /// Answers the request. On the thread that httpd gave it to, not attached. Gives httpd's status: after SUSPENDED
    /// nobody but the poller may delete this.
    int run();

    /// http.response.start: the head goes out with the first of the body. On the loop's thread, as what follows.
    void start(int status, py::borrowed headers);

    /// The last piece of the body: the response is complete, and httpd goes on with the request.
    void complete(std::string_view data);

    /// A file is the body: httpd sends it. Throws OSError.
    void complete_with(const char *path);

    bool has_body() const noexcept;

protected:
    /// Sends what the task has left to be sent, or answers its failure. Gives httpd's status.
    int conclude() noexcept override;

    /// Begins the application with a scope; `begin` is a function of pyhook.asgi.
    py::ref begin_with(ExchangeObject *object, py::borrowed begin, const char *type);

    void forget() noexcept override;

    State &state() const noexcept { return state_; }

    /// The headers of the response are httpd's from now on.
    void commit_head() { response_.commit(); }

private:
    py::ref begin_task(ExchangeObject *object) override;
    ExchangeObject *make_object() override;
    apr_status_t send() noexcept override;
    void check_may_send() const override;
    int answer_failure() noexcept;

    State &state_;
    const Mount &mount_;
    wsgi::Response response_;
    std::string last_; // piece of the body; another one may still be read or written
    bool is_complete_ = false;
    apr_file_t *file_ = nullptr; // of which all is sent
    apr_off_t file_size_ = 0;
};

/// What Python's side knows it by.
struct HTTPObject : ExchangeObject {
    HTTPExchange &own() const noexcept { return static_cast<HTTPExchange &>(*exchange); }

    py::ref read_some() { return exchange->read_some(); }
    void start(int status, py::borrowed headers) { own().start(status, headers); }
    void complete(py::body_data data) { own().complete(data.view()); }
    void complete_with(py::c_text path) { own().complete_with(path.c_str()); }
    bool has_body() const { return own().has_body(); }

    /// The rows of the method table that it adds.
    static std::span<PyMethodDef> methods();
    static PyTypeObject *make_type();
};

} // namespace pyhook::asgi
