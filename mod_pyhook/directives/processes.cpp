#include "apache/pool.h"

#include "config/target.h"
#include "directives/chroot.h"
#include "directives/directive.h"
#include "directives/interpreters.h"
#include "directives/program.h"

#include <algorithm>
#include <bitset>
#include <charconv>
#include <filesystem>
#include <grp.h>
#include <optional>
#include <pwd.h>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace pyhook {

namespace {

using Definition = ProcessesDefinition;

/// A number without a sign; nothing if the text is none, or is too large.
std::optional<int> number_from(std::string_view text) {
    int number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = failure == std::errc() && end == text.data() + text.size() && apr_isdigit(text[0]) != 0;
    return is_number ? std::optional(number) : std::nullopt;
}

/// Seconds: "10", "10s", "5m", "1h".
std::optional<int> seconds_from(std::string_view text) {
    constexpr std::pair<char, int> units[] = {{'s', 1}, {'m', 60}, {'h', 3600}};
    int factor = 1;
    for (const auto &[unit, seconds] : units)
        if (!text.empty() && text.back() == unit) {
            factor = seconds;
            text.remove_suffix(1);
            break;
        }
    const auto number = number_from(text);
    constexpr int most = 7 * 24 * 3600;
    return number && *number <= most / factor ? std::optional(*number * factor) : std::nullopt;
}

/// Which processes a key is for.
enum class For { all, workers, programs };

/// A key whose value is a number or a time, its bounds, and where it goes.
struct Amount {
    std::string_view name;
    For whom;
    int Definition::*where;
    int least;
    int most;
    bool is_time;
};

constexpr int week = 7 * 24 * 3600;
constexpr Amount amounts[] = {
    {"processes", For::all, &Definition::processes, 1, 24, false},
    {"threads", For::workers, &Definition::threads, 1, 500, false},
    {"start-timeout", For::workers, &Definition::start_timeout, 1, week, true},
    {"graceful-timeout", For::all, &Definition::graceful_timeout, 1, week, true},
    {"deadlock-timeout", For::workers, &Definition::deadlock_timeout, 0, week, true},
    {"request-timeout", For::workers, &Definition::request_timeout, 0, week, true},
    {"queue", For::workers, &Definition::queue, 0, 100'000, false},
    {"queue-timeout", For::workers, &Definition::queue_timeout, 1, 3600, true},
    {"retry-after", For::workers, &Definition::retry_after, 0, 3600, true},
    {"requests", For::workers, &Definition::requests, 0, 1'000'000'000, false},
    {"lifetime", For::workers, &Definition::lifetime, 0, week, true},
    {"idle", For::workers, &Definition::idle, 0, week, true},
    {"slow", For::workers, &Definition::slow, 0, week, true},
    {"nice", For::all, &Definition::nice, 0, 19, false},
    {"ready-after", For::programs, &Definition::ready_after, 1, 3600, true},
};

const char *
set_amount(apr_pool_t *pool, Definition &definition, const Amount &amount, const char *word, const char *value) {
    const std::optional<int> given = amount.is_time ? seconds_from(value) : number_from(value);
    if (!given || *given < amount.least || *given > amount.most)
        return apr_psprintf(pool,
                            amount.is_time ? "%s is no time: write %d to %d seconds, as in 30s, 5m or 1h"
                                           : "%s is no number from %d to %d",
                            word, amount.least, amount.most);
    definition.*amount.where = *given;
    return nullptr;
}

const char *
set_size(apr_pool_t *pool, int &megabytes, const char *key, const char *value, apr_off_t least, const char *example) {
    constexpr apr_off_t megabyte = 1 << 20;
    const apr_off_t size = size_from(value);
    if (size < least * megabyte || size / megabyte > APR_INT32_MAX)
        return apr_psprintf(pool, "%s=%s is no size from %dM: write megabytes, as in %s", key, value,
                            static_cast<int>(least), example);
    megabytes = static_cast<int>(size / megabyte);
    return nullptr;
}

const char *set_memory(cmd_parms *cmd, Definition &definition, const char *value) {
    return set_size(cmd->pool, definition.memory, "memory", value, 16, "300M");
}

const char *set_spool(cmd_parms *cmd, Definition &definition, const char *value) {
    constexpr apr_off_t most = 64 << 20;
    const apr_off_t size = strcmp(value, "0") == 0 ? 0 : size_from(value);
    if ((size == 0 && strcmp(value, "0") != 0) || size > most)
        return apr_psprintf(cmd->pool, "spool=%s is no size up to 64M: write bytes, as in 1M or 256K, or 0", value);
    definition.spool = static_cast<int>(size);
    return nullptr;
}

/// The limit that httpd itself has: only root can give more. In the unit of the system.
rlim_t own_limit(decltype(RLIMIT_AS) resource) {
    rlimit own{};
    return geteuid() == 0 || getrlimit(resource, &own) != 0 ? RLIM_INFINITY : own.rlim_max;
}

const char *set_address_space(cmd_parms *cmd, Definition &definition, const char *value) {
    if (const char *problem = set_size(cmd->pool, definition.address_space, "address-space", value, 64, "2G"))
        return problem;
    if (const rlim_t most = own_limit(RLIMIT_AS); most >> 20 < static_cast<rlim_t>(definition.address_space))
        return apr_psprintf(cmd->pool, "address-space=%s is more than httpd itself has: write %dM or less", value,
                            static_cast<int>(most >> 20));
    return nullptr;
}

const char *set_files(cmd_parms *cmd, Definition &definition, const char *value) {
    constexpr int least = 64;
    constexpr int most = 1 << 20;
    const auto number = number_from(value);
    if (!number || *number < least || *number > most)
        return apr_psprintf(cmd->pool, "files=%s is no number from %d to %d", value, least, most);
    if (const rlim_t own = own_limit(RLIMIT_NOFILE); own < static_cast<rlim_t>(*number))
        return apr_psprintf(cmd->pool, "files=%s is more than httpd itself may open: write %d or less", value,
                            static_cast<int>(own));
    definition.files = *number;
    return nullptr;
}

/// The file may come later.
const char *set_touch(cmd_parms *cmd, Definition &definition, const char *value) {
    const char *path = *value == '\0' ? nullptr : ap_server_root_relative(cmd->pool, value);
    if (path == nullptr || has_directory(definition, path) ||
        !has_directory(definition, std::filesystem::path(path).parent_path().c_str()))
        return apr_psprintf(cmd->pool,
                            "touch=%s is no file in a directory that is there: name one, as in "
                            "/srv/shop/shop.wsgi",
                            value);
    definition.touch = path;
    return nullptr;
}

const char *set_user(cmd_parms *cmd, Definition &definition, const char *value) {
    const passwd *user = getpwnam(value);
    if (user == nullptr)
        return apr_psprintf(cmd->pool, "there is no user '%s' on this machine", value);
    if (user->pw_uid == 0)
        return apr_psprintf(cmd->pool, "an application never runs as root: name another user than '%s'", value);
    if (geteuid() != 0 && user->pw_uid != geteuid())
        return "only an httpd that root starts can have processes of another user: leave user= away";
    definition.user = value;
    definition.uid = user->pw_uid;
    if (definition.group == nullptr)
        definition.gid = user->pw_gid;
    return nullptr;
}

const char *set_group(cmd_parms *cmd, Definition &definition, const char *value) {
    const struct group *found = getgrnam(value);
    if (found == nullptr)
        return apr_psprintf(cmd->pool, "there is no group '%s' on this machine", value);
    if (found->gr_gid == 0)
        return apr_psprintf(cmd->pool, "an application never runs in root's group: name another one than '%s'", value);
    if (geteuid() != 0 && found->gr_gid != getegid())
        return "only an httpd that root starts can have processes of another group: leave group= away";
    definition.group = value;
    definition.gid = found->gr_gid;
    return nullptr;
}

const char *set_umask(cmd_parms *cmd, Definition &definition, const char *value) {
    int mask = 0;
    const auto [end, failure] = std::from_chars(value, value + strlen(value), mask, 8);
    if (failure != std::errc() || *end != '\0' || mask < 0 || mask > 0777)
        return apr_psprintf(cmd->pool, "umask=%s is no mask: write it in octal, as in 0027", value);
    definition.umask = mask;
    return nullptr;
}

/// A directory that the processes will find; otherwise null and what is wrong in `*problem`.
const char *directory_of(cmd_parms *cmd, const Definition &definition, const char *value, const char **problem) {
    if (definition.chroot == nullptr)
        return existing_directory(cmd->pool, value, problem);
    if (*value == '/' && has_directory(definition, value))
        return value;
    *problem = apr_psprintf(cmd->pool, "there is no directory '%s' below chroot=%s: name one by its path there", value,
                            definition.chroot);
    return nullptr;
}

const char *set_directory(cmd_parms *cmd, Definition &definition, const char *value) {
    const char *problem = nullptr;
    definition.directory = directory_of(cmd, definition, value, &problem);
    return problem;
}

const char *add_path(cmd_parms *cmd, Definition &definition, const char *value) {
    const char *problem = nullptr;
    if (const char *directory = directory_of(cmd, definition, value, &problem))
        APR_ARRAY_PUSH(definition.path, const char *) = directory;
    return problem;
}

/// Where a program was looked for.
const char *where(apr_pool_t *pool, const Definition &definition) {
    return definition.chroot == nullptr ? "" : apr_psprintf(pool, " below chroot=%s", definition.chroot);
}

const char *set_python(cmd_parms *cmd, Definition &definition, const char *value) {
    if (definition.python != nullptr)
        return "home= and python= both name a Python: leave one of them away";
    const char *path = *value == '\0' ? nullptr : ap_server_root_relative(cmd->pool, value);
    if (path == nullptr || !has_program(definition, path))
        return apr_psprintf(cmd->pool, "python=%s is no program%s: name a Python, as in /srv/shop/venv/bin/python",
                            value, where(cmd->pool, definition));
    definition.python = path;
    return nullptr;
}

const char *set_home(cmd_parms *cmd, Definition &definition, const char *value) {
    const char *home = *value == '\0' ? nullptr : ap_server_root_relative(cmd->pool, value);
    for (const char *name : {"/bin/python3", "/bin/python"}) {
        const char *python = home == nullptr ? nullptr : apr_pstrcat(cmd->pool, home, name, nullptr);
        if (python != nullptr && has_file(definition, python))
            return set_python(cmd, definition, python);
    }
    return apr_psprintf(cmd->pool, "home=%s has no bin/python%s: name the top of a virtual environment", value,
                        where(cmd->pool, definition));
}

struct Key {
    std::string_view name;
    For whom;
    bool once;
    const char *(*read)(cmd_parms *, Definition &, const char *value);
};

constexpr Key keys[] = {
    {"command", For::programs, true, set_command},
    {"socket", For::programs, true, set_socket},
    {"memory", For::workers, true, set_memory},
    {"spool", For::workers, true, set_spool},
    {"address-space", For::all, true, set_address_space},
    {"files", For::all, true, set_files},
    {"touch", For::workers, true, set_touch},
    {"user", For::all, true, set_user},
    {"group", For::all, true, set_group},
    {"umask", For::all, true, set_umask},
    {"chroot", For::all, true, set_chroot},
    {"directory", For::all, true, set_directory},
    {"python", For::workers, true, set_python},
    {"home", For::all, true, set_home},
    {"path", For::workers, false, add_path},
    {"setenv", For::all, false, add_to<Definition, add_variable>},
    {"import", For::workers, false, add_to<Definition, add_import>},
};

using Seen = std::bitset<std::size(amounts) + std::size(keys)>;

/// Was it set before?
bool set(Seen &seen, std::size_t bit) {
    const bool before = seen[bit];
    seen[bit] = true;
    return before;
}

/// A word that belongs to no key is mostly the rest of a value with spaces.
const char *unknown(apr_pool_t *pool, const char *word) {
    const char *rest = strchr(word, '=') == nullptr
                           ? "belongs to no key. Put a value with spaces in quotes behind the =, as in "
                             "command=\"/srv/shop/bin/gunicorn shop:app\". The keys are"
                           : "is unknown: after the name come";
    std::string known;
    for (const Amount &amount : amounts)
        known.append(amount.name).append("=, ");
    for (const Key &key : keys)
        known.append(key.name).append(&key == std::end(keys) - 1 ? "=" : "=, ");
    return apr_psprintf(pool, "'%s' %s %s", word, rest, known.c_str());
}

const char *read_word(cmd_parms *cmd, Definition &definition, const char *word, Seen &seen) {
    const char *equals = strchr(word, '=');
    const std::string_view name(word, equals == nullptr ? strlen(word) : static_cast<std::size_t>(equals - word));
    std::size_t bit = 0;
    for (const Amount &amount : amounts) {
        if (equals != nullptr && amount.name == name)
            return set(seen, bit) ? given_twice(cmd->pool, word)
                                  : set_amount(cmd->pool, definition, amount, word, equals + 1);
        ++bit;
    }
    for (const Key &key : keys) {
        if (equals != nullptr && key.name == name)
            return set(seen, bit) && key.once ? given_twice(cmd->pool, word) : key.read(cmd, definition, equals + 1);
        ++bit;
    }
    return unknown(cmd->pool, word);
}

/// Each key is for the kind of processes that the whole line defines.
const char *misplaced(apr_pool_t *pool, const Definition &definition, const Seen &seen) {
    const For others = definition.command == nullptr ? For::programs : For::workers;
    const char *format = definition.command == nullptr
                             ? "%s= is for another program, which no command= names: add command=\"PROGRAM ...\""
                             : "%s= is for Python's own worker processes, and command= runs another program: leave one "
                               "of the two away";
    std::size_t bit = 0;
    const char *problem = nullptr;
    const auto look_at = [&](const auto &key) {
        if (seen[bit++] && key.whom == others && problem == nullptr)
            problem = apr_psprintf(pool, format, std::string(key.name).c_str());
    };
    for (const Amount &amount : amounts)
        look_at(amount);
    for (const Key &key : keys)
        look_at(key);
    return problem;
}

} // namespace

const char *read_processes(cmd_parms *cmd, ProcessesDefinition &definition, std::span<char *const> words) {
    Seen seen;
    std::vector<const char *> in_order(words.begin(), words.end());
    std::stable_partition(in_order.begin(), in_order.end(), // the other paths are below it
                          [](std::string_view word) { return word.starts_with("chroot="); });
    for (const char *word : in_order)
        if (const char *problem = read_word(cmd, definition, word, seen))
            return problem;
    if (const char *problem = misplaced(cmd->pool, definition, seen))
        return problem;
    if (definition.command != nullptr)
        return find_program(cmd->pool, definition);
    if (definition.request_timeout != 0 && definition.slow >= definition.request_timeout)
        return apr_psprintf(cmd->pool,
                            "slow=%d comes too late: request-timeout= interrupts the request after %d seconds",
                            definition.slow, definition.request_timeout);
    return lacking_below(cmd->pool, definition);
}

} // namespace pyhook
