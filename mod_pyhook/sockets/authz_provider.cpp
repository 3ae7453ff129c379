#include "py/attach.h"
#include "py/lock.h"

#include "apache/pool.h"
#include "apache/registering.h"

#include "call/callable.h"
#include "call/client_page.h"
#include "call/forked.h"
#include "sockets/socket_call.h"
#include "sockets/sockets.h"

#include <mutex>
#include <unordered_map>

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr SocketKind kind{"authz_provider", "expected True (granted) or False (denied)", true};

/// One `Require NAME arguments`. Lines with equal words are still different lines, each with its own record.
struct RequireLine {
    const Named *named;
    const char *arguments;
    bool lasting; // the line is in the server configuration: its parsed arguments can be kept
};

struct Parsed {
    py::ref value;
    py::ref exception;
};

/// What one interpreter keeps about Require lines.
struct AuthzState {
    /// Null if the line has not been parsed yet. The address stays valid.
    const Parsed *find(const RequireLine &line) {
        const std::lock_guard guard(lock_);
        const auto known = lines_.find(&line);
        return known == lines_.end() ? nullptr : &known->second;
    }

    const Parsed &keep(const RequireLine &line, Parsed made) {
        const std::lock_guard guard(lock_);
        return lines_.try_emplace(&line, std::move(made)).first->second;
    }

private:
    py::gil_lock lock_;
    std::unordered_map<const RequireLine *, Parsed> lines_;
};

/// Parses the arguments of the line: gives the text itself, or the result of the provider's parser.
py::ref parse(State &state, const RequireLine &line) {
    const Named &named = *line.named;
    const leaving_if_forked here(ap_server_conf, {"Require", named.second.spec()});
    py::ref text = py::to_python(line.arguments);
    if (named.second_demanded)
        return py::call(resolve(state, named.second), text);
    const py::maybe method = find(state, *named.second.preferred);
    return method ? py::call(*method, text) : std::move(text);
}

/// Parses the line once per interpreter and keeps the result, also an exception.
const Parsed &parsed(State &state, const RequireLine &line) {
    auto &lines = state.kept<AuthzState>();
    if (const Parsed *known = lines.find(line))
        return *known;
    Parsed made;
    try {
        made.value = parse(state, line); // may let other threads run: the first result is kept
    } catch (const py::error &) {
        made.exception = py::take_exception();
    } catch (const Unresolved &problem) {
        made.exception = problem.exception.copy();
    }
    return lines.keep(line, std::move(made));
}

py::ref arguments_of(State &state, const void *from) {
    const auto &line = *static_cast<const RequireLine *>(from);
    if (!line.lasting)
        return parse(state, line);
    const Parsed &kept = parsed(state, line);
    if (kept.value)
        return kept.value.copy();
    py::restore(kept.exception.copy());
    throw py::error();
}

/// Refuses a user who has logged in. If nobody has logged in and the place has an AuthType, asks for a login.
authz_status refusal(const request_rec *r) {
    return r->user == nullptr && ap_auth_type(const_cast<request_rec *>(r)) != nullptr ? AUTHZ_DENIED_NO_USER
                                                                                       : AUTHZ_DENIED;
}

authz_status check_authorization(request_rec *r, const char *, const void *parsed_line) noexcept {
    const auto &line = *static_cast<const RequireLine *>(parsed_line);
    bool granted = false;
    if (!call_socket(r, kind, line.named->main, {{&arguments_of, &line}}, [&](py::borrowed result) {
            granted = result == Py_True;
            return granted || result == Py_False;
        }))
        return AUTHZ_GENERAL_ERROR;
    return granted ? AUTHZ_GRANTED : refusal(r);
}

/// httpd's parser runs no Python, so this only remembers the line.
const char *remember_line(std::size_t position, cmd_parms *cmd, const char *arguments, const void **parsed_line) {
    const bool lasting = cmd->pool == cmd->server->process->pconf;
    auto *line = apache::make<RequireLine>(
        cmd->pool, RequireLine{.named = &ServerConfig::of(ap_server_conf).named_at(Socket::authz_provider, position),
                               .arguments = apr_pstrdup(cmd->pool, arguments),
                               .lasting = lasting});
    if (lasting)
        APR_ARRAY_PUSH(ServerConfig::of(ap_server_conf).require_lines, const void *) = line;
    *parsed_line = line;
    return nullptr;
}

constexpr auto providers = apache::numbered<most_names>([]<std::size_t position>() {
    return authz_provider{
        .check_authorization = &check_authorization,
        .parse_require_line = [](cmd_parms *cmd, const char *arguments,
                                 const void **line) noexcept { return remember_line(position, cmd, arguments, line); },
    };
});

} // namespace

const char *offer_authz_provider(apr_pool_t *pconf, const char *name, std::size_t position) {
    if (ap_lookup_provider(AUTHZ_PROVIDER_GROUP, name, AUTHZ_PROVIDER_VERSION) != nullptr)
        return "there is an authorization provider of this name already: choose another one";
    ap_register_auth_provider(pconf, AUTHZ_PROVIDER_GROUP, name, AUTHZ_PROVIDER_VERSION, &providers[position],
                              AP_AUTH_INTERNAL_PER_CONF);
    attach_refusal();
    return nullptr;
}

void parse_require_lines(State &state, server_rec *s) noexcept {
    const apr_array_header_t *lines = ServerConfig::of(s).require_lines;
    for (int index = 0; index < lines->nelts; ++index) {
        const auto &line = *static_cast<const RequireLine *>(APR_ARRAY_IDX(lines, index, const void *));
        if (const Parsed &kept = parsed(state, line); kept.exception) {
            const std::string what = std::string("refuses the line \"Require ") + line.named->name + " " +
                                     line.arguments + "\": requests that need it are answered 500";
            report(s, code::bad_require, {kind.name, line.named->main.spec()}, what, kept.exception.get());
        }
    }
}

} // namespace pyhook
