// config/config.h: what the directives say, per server and per location: data, created and merged.
#pragma once

#include "apache/entity.h"
#include "apache/place.h"
#include "apache/shared.h"

#include "config/hooks.h"
#include "config/interpreters.h"
#include "config/mount.h"
#include "config/named.h"
#include "config/phases.h"
#include "config/processes.h"
#include "config/timeouts.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <tuple>

namespace apache {
class Redis;
struct RedisPlace;
} // namespace apache

namespace pyhook {

/// A directive that may be unset, so that an outer section's value shows through.
template <class T> struct Setting {
    T value{};
    bool set = false;

    void operator=(T other) {
        value = other;
        set = true;
    }
    /// Lets the value of an inner section hide this one.
    void merge(const Setting &inner) {
        if (inner.set)
            *this = inner;
    }
};

/// A callable, and where it was named.
struct Placed {
    const Target *target;
    apache::Place place;
};

/// The callables of one phase at one location.
struct Callables {
    apr_array_header_t *placed = nullptr; // of const Placed *
    bool forget_outer = false;            // "none" was given

    bool empty() const { return size() == 0; }
    int size() const { return placed == nullptr ? 0 : placed->nelts; }
    const Placed &operator[](int at) const { return *APR_ARRAY_IDX(placed, at, const Placed *); }
};

/// A dictionary that all children share. The parent makes its memory when the configuration has been read.
struct SharedDefinition {
    const char *name;
    std::size_t size = 0;
    apache::Shared *memory = nullptr;

    // Of one that several machines share:
    apache::RedisPlace *server = nullptr;
    const char *prefix = nullptr;
    apache::Redis *redis = nullptr; // a child's own
};

/// A filter that httpd knows by `name`.
struct FilterDefinition {
    const char *name;
    const Target *target;
    ap_filter_type type;
    apache::Change change;
    const ap_filter_rec_t *record = nullptr; // httpd's own
};

/// A log field, and what a format has for it between the braces.
struct LogField {
    const char *text;
    Written written;
};

struct DirConfig;

/// What merging a record with an outer one gave. A copy of the record starts without it.
struct KeptMerge {
    struct Result {
        const DirConfig *outer;
        DirConfig *made;
    };

    KeptMerge() noexcept = default;
    KeptMerge(const KeptMerge &) noexcept {}
    KeptMerge &operator=(const KeptMerge &) = delete;

    std::atomic<const Result *> result = nullptr;
};

struct DirConfig {
    explicit DirConfig(apr_pool_t *pool) : pool(pool) {}

    KeptMerge kept;
    apr_pool_t *pool;       // with which the record ends
    bool is_written = true; // by directives, and not made by merging
    Callables callables[phase_count];
    std::uint64_t phases = 0;                       // those with a directive here or further out, a bit each
    Setting<int> interpreter;                       // position in ServerConfig::interpreters
    Setting<const ProcessesDefinition *> processes; // null: applications run in the child
    Setting<bool> debug;
    Setting<bool> reload;
    apr_table_t *options = nullptr;       // null: there is none
    apr_table_t *final_options = nullptr; // of these, what no inner section changes
    Setting<const Mount *> wsgi;
    Setting<const Mount *> websocket;
    Setting<apr_off_t> wsgi_buffer; // 0: the application reads bodies as they come
    Setting<Timeouts> timeouts;
    Setting<std::optional<std::chrono::seconds>> patience = {.value = std::chrono::seconds(2)}; // before suspending

    /// Every setting: each is hidden by that of an inner section.
    auto settings() {
        return std::tie(interpreter, processes, debug, reload, wsgi, websocket, wsgi_buffer, timeouts, patience);
    }

    /// True if no directive has said anything here, as of most servers outside of their sections.
    bool says_nothing() {
        const auto none_is_set = [](const auto &...each) { return !(each.set || ...); };
        return phases == 0 && options == nullptr && std::apply(none_is_set, settings());
    }

    static DirConfig &of(const ap_conf_vector_t *per_dir_config) {
        return *static_cast<DirConfig *>(ap_get_module_config(per_dir_config, &pyhook_module));
    }
};

/// Memory for the merges that records keep, which requests may add at the same time.
struct KeptMerges {
    std::mutex mutex;
    apr_pool_t *pool = nullptr;
};

/// Only the main server's is used, but for `connection`, `server_hooks`, `htaccess` and `wsgi_aliases`.
struct ServerConfig {
    Home home;                          // the virtual environment of all interpreters that have none of their own
    apr_array_header_t *path;           // of const char *
    apr_array_header_t *imports;        // of const char *
    apr_array_header_t *interpreters;   // of InterpreterDefinition
    apr_array_header_t *processes;      // of ProcessesDefinition *
    apr_array_header_t *shared;         // of SharedDefinition
    apr_array_header_t *output_filters; // of FilterDefinition
    apr_array_header_t *input_filters;  // of FilterDefinition
    Callables connection[connection_hook_count];
    Callables server_hooks[server_hook_count];
    apr_table_t *environment;
    apr_array_header_t *named[socket_count]; // of const Named *, by socket
    apr_array_header_t *require_lines;       // of what sockets/authz_provider keeps for a Require line
    Setting<bool> htaccess;
    const char *drain = nullptr;      // the file whose presence makes pyhook-health say no, or null
    const char *control = nullptr;    // the directory of the control sockets, or null
    apr_array_header_t *wsgi_aliases; // of const Mount *; each server's own
    apr_array_header_t *preloads;     // of Preload; each server's own
    apr_array_header_t *log_fields;   // of LogField
    KeptMerges *kept_merges;
    bool children_need_python = true; // decided in each child, when every module has said what it calls

    explicit ServerConfig(apr_pool_t *pool);

    apr_array_header_t *names_of(Socket socket) const { return named[static_cast<std::size_t>(socket)]; }
    const Named &named_at(Socket socket, std::size_t position) const {
        return *APR_ARRAY_IDX(names_of(socket), static_cast<int>(position), const Named *);
    }

    const Callables &callables(ServerHook hook) const { return server_hooks[static_cast<std::size_t>(hook)]; }

    static ServerConfig &of(const server_rec *s) {
        return *static_cast<ServerConfig *>(ap_get_module_config(s->module_config, &pyhook_module));
    }
};

/// PyHookReload is On at some place: named interpreters are made so that they can be replaced while requests run.
inline constexpr const char *reload_wanted = "pyhook:reload"; // apache::was_done

extern "C" {
void *create_dir_config(apr_pool_t *pool, char *directory);
void *merge_dir_config(apr_pool_t *pool, void *outer, void *inner);
void *create_server_config(apr_pool_t *pool, server_rec *s);
void *merge_server_config(apr_pool_t *pool, void *outer, void *inner);
}

} // namespace pyhook
