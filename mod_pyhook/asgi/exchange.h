// asgi/exchange.h: a request that an ASGI application answers, on the event loop of its interpreter.
#pragma once

#include "asgi/scope.h"
#include "call/latency.h"
#include "loops/exchange.h"
#include "loops/loop.h"
#include "wsgi/response.h"

namespace pyhook::asgi {

class HTTPExchange : public Exchange {
public:
    HTTPExchange(Loop &loop, State &state, request_rec *r, const Mount &mount, Patience patience) noexcept
        : Exchange(loop, r, patience), state_(state), mount_(mount), response_(r), times_(latency_of(state, site())) {}

    /// Answers the request, on the thread that httpd gave it to, not attached. Returns httpd's status. After SUSPENDED
    /// only the poller may delete this.
    int run();

    /// http.response.start. The head goes out with the first piece of the body. This and the functions below run on the
    /// loop's thread.
    void start(int status, py::borrowed headers);

    /// Takes the last piece of the body: the response is complete, and httpd goes on with the request.
    void complete(std::string_view data);

    /// Makes a file the body, which httpd sends. Throws OSError.
    void complete_with(const char *path);

    bool has_body() const noexcept;

protected:
    /// Sends what the task has left to send, or answers for its failure. Returns httpd's status.
    int conclude() noexcept override;

    /// Calls `begin`, a function of pyhook.asgi, with the application and a scope.
    py::ref begin_with(ExchangeObject *object, py::borrowed begin, const char *type);

    /// Makes the request's view, and resolves the application.
    py::borrowed enter();

    Site site() const noexcept { return {name_of(mount_.gateway), mount_.application->spec}; }
    Gateway gateway() const noexcept { return mount_.gateway; }

    void forget() noexcept override;

    State &state() const noexcept { return state_; }

    /// Gives the headers of the response to httpd: they can't change any more.
    void commit_head() { response_.commit(); }

private:
    py::ref begin_task(ExchangeObject *object) override;
    ExchangeObject *make_object() override;
    apr_status_t send() noexcept override;
    void check_may_send() const override;
    bool ends_before_its_task() const noexcept override { return is_complete_; }
    int answer() noexcept;
    int answer_failure() noexcept;

    State &state_;
    const Mount &mount_;
    wsgi::Response response_;
    apache::Histogram *times_;
    Stopwatch watch_;
    std::string last_; // the last piece of the body; kept apart, because an earlier piece may still be read or sent
    bool is_complete_ = false;
    apr_file_t *file_ = nullptr; // the file that is the body
    apr_off_t file_size_ = 0;
};

/// The Python object that stands for the exchange.
struct HTTPObject : ExchangeObject {
    HTTPExchange &own() const noexcept { return static_cast<HTTPExchange &>(*exchange); }

    py::ref read_some() { return exchange->read_some(); }
    void start(int status, py::borrowed headers) { own().start(status, headers); }
    void complete(py::body_data data) { own().complete(data.view()); }
    void complete_with(py::c_text path) { own().complete_with(path.c_str()); }
    bool has_body() const { return own().has_body(); }

    /// The rows that it adds to the method table.
    static std::span<PyMethodDef> methods();
    static PyTypeObject *make_type();
};

} // namespace pyhook::asgi
