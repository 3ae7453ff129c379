#include "apache/pool.h"

#include "sockets/socket_call.h"
#include "sockets/sockets.h"
#include "types/worker.h"

#include <algorithm>
#include <vector>

#include "py/poison.h"

namespace pyhook {

namespace {

using Workers = std::vector<proxy_worker *>;

constexpr const char *version = "0"; // the version of providers that mod_proxy_balancer asks for

constexpr SocketKind kind{"balancer_method", "expected one of the workers it was given, or None to leave it to pyhook"};

/// The workers that may be chosen now. mod_proxy's own function walks over the sets, the spares and the workers whose
/// retry is due.
Workers candidates_of(proxy_balancer *balancer, request_rec *r) {
    Workers candidates;
    auto *walk = APR_RETRIEVE_OPTIONAL_FN(proxy_balancer_get_best_worker);
    if (walk == nullptr)
        return candidates;
    candidates.reserve(static_cast<std::size_t>(balancer->workers->nelts)); // no exception may pass through mod_proxy
    walk(
        balancer, r,
        [](proxy_worker *current, proxy_worker *best, void *list) noexcept {
            auto &workers = *static_cast<Workers *>(list);
            if (workers.size() < workers.capacity())
                workers.push_back(current);
            return best == nullptr ? 1 : 0;
        },
        &candidates);
    return candidates;
}

/// Chooses the workers in turn, each as often as its load factor says.
proxy_worker *next_of(const Workers &candidates) {
    int total = 0;
    for (proxy_worker *worker : candidates) {
        worker->s->lbstatus += worker->s->lbfactor;
        total += worker->s->lbfactor;
    }
    proxy_worker *next = *std::max_element(candidates.begin(), candidates.end(), [](auto *one, auto *other) {
        return one->s->lbstatus < other->s->lbstatus;
    });
    next->s->lbstatus -= total;
    return next;
}

py::ref list_of_workers(State &state, const void *from) {
    return py::list_of(*static_cast<const Workers *>(from),
                       [&](proxy_worker *worker) { return Worker::show(state, worker); });
}

proxy_worker *choose(request_rec *r, const Named &named, const Workers &candidates) {
    // mod_proxy_balancer holds the balancer's lock. The callable may not write output or read the body: both could ask
    // for that lock again or take the body away.
    const filtering no_output(r->connection, Direction::output);
    const filtering no_input(r->connection, Direction::input);
    proxy_worker *chosen = nullptr;
    const auto take = [&](py::borrowed result) {
        chosen = result == Py_None ? next_of(candidates) : Worker::shown_by(State::current(), result);
        return std::find(candidates.begin(), candidates.end(), chosen) != candidates.end();
    };
    return call_socket(r, kind, named.main, {{&list_of_workers, &candidates}}, take) ? chosen : nullptr;
}

/// If this returns null, httpd answers 503.
proxy_worker *find_worker(proxy_balancer *balancer, request_rec *r) noexcept {
    try {
        const auto position = reinterpret_cast<std::size_t>(balancer->lbmethod->context);
        const Workers candidates = candidates_of(balancer, r);
        return candidates.empty()
                   ? nullptr
                   : choose(r, ServerConfig::of(ap_server_conf).named_at(Socket::balancer_method, position),
                            candidates);
    } catch (const std::bad_alloc &) {
        return nullptr;
    }
}

apr_status_t reset(proxy_balancer *balancer, server_rec *) noexcept {
    for (int index = 0; index < balancer->workers->nelts; ++index)
        APR_ARRAY_IDX(balancer->workers, index, proxy_worker *)->s->lbstatus = 0;
    return APR_SUCCESS;
}

apr_status_t age(proxy_balancer *, server_rec *) noexcept { return APR_SUCCESS; }

} // namespace

const char *offer_balancer_method(apr_pool_t *pconf, const char *name, std::size_t position) {
    if (ap_lookup_provider(PROXY_LBMETHOD, name, version) != nullptr)
        return "there is a balancer method of this name already: choose another one";
    auto *method = apache::make<proxy_balancer_method>(pconf);
    method->name = name;
    method->finder = &find_worker;
    method->context = reinterpret_cast<void *>(position);
    method->reset = &reset;
    method->age = &age;
    ap_register_provider(pconf, PROXY_LBMETHOD, name, version, method);
    return nullptr;
}

} // namespace pyhook
