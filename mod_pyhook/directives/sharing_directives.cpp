#include "apache/pool.h"
#include "apache/redis.h"
#include "apache/table.h"

#include "config/config.h"
#include "directives/directive.h"
#include "directives/timeouts.h"

#include <apr_uri.h>

#include <algorithm>

namespace pyhook {

namespace {

constexpr const char *shape = "write PyHookShared NAME SIZE, or PyHookShared NAME redis://HOST:PORT/DATABASE";

bool is_number(std::string_view text, int most) {
    return !text.empty() && text.size() <= 5 &&
           std::all_of(text.begin(), text.end(), [](char letter) { return apr_isdigit(letter) != 0; }) &&
           std::stoi(std::string(text)) <= most;
}

const char *size_problem(apr_pool_t *pool, SharedDefinition &definition, const char *text) {
    constexpr std::size_t most = std::size_t{4096} << 20;
    definition.size = static_cast<std::size_t>(size_from(text));
    if (definition.size < apache::SharedTable::least_size || definition.size > most)
        return apr_psprintf(pool, "'%s' is no size: write 64K or 10M, from 4K to 4096M", text);
    return nullptr;
}

/// Reads the part of a URL before the @. What is wrong with it is said without it.
const char *login_problem(apr_pool_t *pool, const apr_uri_t &url, apache::RedisPlace &place) {
    const auto decoded = [pool](const char *text) -> const char * {
        char *copy = apr_pstrdup(pool, text);
        return ap_unescape_url_keep2f(copy, 1) == OK ? copy : nullptr;
    };
    if (url.password == nullptr)
        return url.user == nullptr ? nullptr : "the URL has a user and no password: write USER:PASSWORD@";
    place.password = decoded(url.password);
    place.user = url.user == nullptr || *url.user == '\0' ? nullptr : decoded(url.user);
    if (place.password == nullptr || *place.password == '\0' ||
        (place.user == nullptr && url.user != nullptr && *url.user != '\0'))
        return "the user or the password of the URL is wrong: write a % and two digits for a letter that is not "
               "allowed";
    return nullptr;
}

/// Reads redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]. No sentence repeats the URL, which may have a password.
const char *url_problem(apr_pool_t *pool, SharedDefinition &definition, const char *text) {
    constexpr int most_databases = 9999;
    apr_uri_t url;
    if (ap_cstr_casecmpn(text, "rediss:", 7) == 0)
        return "TLS is not there: let a proxy like stunnel speak it, and name that by redis://";
    if (apr_uri_parse(pool, text, &url) != APR_SUCCESS || url.scheme == nullptr || strcmp(url.scheme, "redis") != 0 ||
        url.hostname == nullptr || *url.hostname == '\0' || url.query != nullptr || url.fragment != nullptr)
        return "the URL is none of a Redis server: write redis://HOST:PORT/DATABASE, or redis://:PASSWORD@HOST:PORT";
    if (url.port_str != nullptr && (!is_number(url.port_str, 65535) || url.port == 0))
        return "the port of the URL is none: write 1 to 65535";
    definition.server = apache::make<apache::RedisPlace>(pool);
    definition.server->host = url.hostname;
    if (url.port_str != nullptr)
        definition.server->port = url.port;
    if (url.path != nullptr && strlen(url.path) > 1) {
        if (!is_number(url.path + 1, most_databases))
            return "the database of the URL is none: write a number, 0 to 9999";
        definition.server->database = atoi(url.path + 1);
    }
    return login_problem(pool, url, *definition.server);
}

const char *option_problem(apr_pool_t *pool, SharedDefinition &definition, std::string_view word) {
    constexpr std::string_view prefix = "prefix=";
    constexpr std::string_view timeout = "timeout=";
    if (word.starts_with(prefix) && word.size() > prefix.size()) {
        definition.prefix = word.data() + prefix.size();
        return nullptr;
    }
    if (!word.starts_with(timeout))
        return apr_psprintf(pool, "'%s' is unknown: after a URL may come prefix=TEXT and timeout=SECONDS", word.data());
    const auto time = time_from(word.substr(timeout.size()));
    if (!time || *time > std::chrono::seconds(60))
        return apr_psprintf(pool, "'%s' is no time: write seconds, 0.001 to 60", word.data());
    definition.server->timeout = *time;
    return nullptr;
}

const char *server_problem(apr_pool_t *pool, SharedDefinition &definition, std::span<char *const> words) {
    if (const char *problem = url_problem(pool, definition, words.front()))
        return problem;
    definition.prefix = apr_pstrcat(pool, definition.name, ":", nullptr);
    const auto options = words.subspan(1);
    for (std::size_t index = 0; index < options.size(); ++index) {
        if (const char *problem = option_problem(pool, definition, options[index]))
            return problem;
        for (const char *before : options.first(index))
            if (strcspn(before, "=") == strcspn(options[index], "=")) // the names differ in length
                return given_twice(pool, options[index]);
    }
    return nullptr;
}

const char *add_shared(cmd_parms *cmd, void *, int count, char *const words[]) {
    if (const char *problem = only_globally(cmd))
        return problem;
    if (count < 2)
        return sentence(cmd, shape);
    if (const char *problem = name_problem(cmd->pool, words[0]))
        return sentence(cmd, problem);
    apr_array_header_t *shared = ServerConfig::of(cmd->server).shared;
    for (const SharedDefinition &each : apache::elements<SharedDefinition>(shared))
        if (strcmp(each.name, words[0]) == 0)
            return sentence(cmd, "there is a dictionary '", words[0], "' already: choose another name");
    SharedDefinition definition{.name = words[0]};
    const bool is_url = strchr(words[1], ':') != nullptr;
    if (!is_url && count > 2)
        return sentence(cmd, "'", words[2], "' is too much: ", shape);
    const char *problem = is_url
                              ? server_problem(cmd->pool, definition, {words + 1, static_cast<std::size_t>(count - 1)})
                              : size_problem(cmd->pool, definition, words[1]);
    if (problem != nullptr)
        return sentence(cmd, problem);
    APR_ARRAY_PUSH(shared, SharedDefinition) = definition;
    return nullptr;
}

constexpr command_rec rows[] = {
    words("PyHookShared",
          add_shared,
          RSRC_CONF,
          "A dictionary that all children share: its name and its size (64K, 10M), or the URL of a Redis server that "
          "several machines share."),
};

} // namespace

std::span<const command_rec> sharing_directives() { return rows; }

} // namespace pyhook
