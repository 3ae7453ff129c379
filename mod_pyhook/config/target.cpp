#include "config/target.h"

#include "apache/pool.h"

#include <algorithm>
#include <mutex>
#include <string>

namespace pyhook {

namespace {

constexpr const char *registry_key = "pyhook:targets";

/// Grows at configuration time, and by .htaccess files while requests run.
struct Registry {
    explicit Registry(apr_pool_t *parent) {
        apr_pool_create(&pool, parent);
        targets = apr_hash_make(pool);
    }

    std::mutex mutex;
    apr_pool_t *pool = nullptr;
    apr_hash_t *targets;
};

Registry &registry(apr_pool_t *pconf) {
    void *found = nullptr;
    apr_pool_userdata_get(&found, registry_key, pconf);
    if (found == nullptr) {
        found = apache::make<Registry>(pconf, pconf);
        apr_pool_userdata_setn(found, registry_key, apr_pool_cleanup_null, pconf);
    }
    return *static_cast<Registry *>(found);
}

bool is_identifier(std::string_view name) {
    const auto letter = [](unsigned char byte) { return byte == '_' || byte >= 0x80 || apr_isalpha(byte); };
    return !name.empty() && letter(static_cast<unsigned char>(name[0])) &&
           std::all_of(name.begin(), name.end(), [&](unsigned char byte) { return letter(byte) || apr_isdigit(byte); });
}

/// No line of Python can import a module whose name is a keyword.
bool is_keyword(std::string_view name) {
    constexpr std::string_view keywords[] = {
        "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
        "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
        "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
        "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield",
    };
    return std::find(std::begin(keywords), std::end(keywords), name) != std::end(keywords);
}

bool is_dotted(std::string_view name, bool (*is_part)(std::string_view)) {
    for (;;) {
        const std::size_t dot = name.find('.');
        if (!is_part(name.substr(0, dot)))
            return false;
        if (dot == std::string_view::npos)
            return true;
        name.remove_prefix(dot + 1);
    }
}

bool is_dotted_name(std::string_view name) { return is_dotted(name, is_identifier); }

constexpr std::string_view call_mark = "()";
constexpr std::string_view file_mark = ".wsgi";

/// "/srv/shop/shop.wsgi" and "/srv/shop/shop.wsgi:application".
struct FileSpec {
    explicit FileSpec(std::string_view spec) : path(spec) {
        const std::size_t mark = spec.rfind(':');
        if (mark == std::string_view::npos || spec.find('/', mark) != std::string_view::npos)
            return;
        path = spec.substr(0, mark);
        attribute = spec.substr(mark + 1);
    }

    bool is_file() const { return path.find('/') != std::string_view::npos || path.ends_with(file_mark); }

    std::string_view path;
    std::string_view attribute = "application";
};

std::string_view without_call(std::string_view spec) {
    return spec.ends_with(call_mark) ? spec.substr(0, spec.size() - call_mark.size()) : spec;
}

bool is_spec(std::string_view spec) {
    const std::size_t colon = spec.find(':');
    return colon != std::string_view::npos && is_dotted_name(spec.substr(0, colon)) &&
           is_dotted_name(spec.substr(colon + 1));
}

/// Fills in module and attribute of "module:attribute".
void fill_names(apr_pool_t *pool, Target &target, std::string_view words) {
    const std::size_t colon = words.find(':');
    target.module = apache::copy(pool, words.substr(0, colon));
    target.attribute = apache::copy(pool, words.substr(colon + 1));
}

/// The one target of these words and this use, filled in by `fill` when it is new.
template <class Fill> const Target *registered(apr_pool_t *pconf, std::string_view spec, Use use, Fill fill) {
    Registry &known = registry(pconf);
    const std::lock_guard lock(known.mutex);
    const std::string key = std::to_string(static_cast<int>(use)) + " " + std::string(spec);
    if (const void *found = apr_hash_get(known.targets, key.data(), static_cast<apr_ssize_t>(key.size())))
        return static_cast<const Target *>(found);
    auto *made = apache::make<Target>(known.pool, Target{.id = apr_hash_count(known.targets),
                                                         .spec = apache::copy(known.pool, spec),
                                                         .module = nullptr,
                                                         .file = nullptr,
                                                         .attribute = nullptr,
                                                         .use = use});
    fill(known.pool, *made);
    apr_hash_set(known.targets, apache::copy(known.pool, key), static_cast<apr_ssize_t>(key.size()), made);
    return made;
}

} // namespace

namespace {

/// What to write instead of words that are no "module:callable".
const char *spec_cure(apr_pool_t *pool, std::string_view spec) {
    if (const std::string_view words = without_call(spec); words != spec && is_spec(words))
        return apr_pstrcat(pool, "write ", apache::copy(pool, words),
                           ", which is called then; () is for the factory of an application, in PyHookWSGI and "
                           "PyHookASGI",
                           nullptr);
    if (FileSpec(spec).is_file())
        return "a file is an application's, named by PyHookWSGI or PyHookASGI; write the name of a module in a "
               "directory of PyHookPath, a colon, and the name of a callable in it, for example site_auth:password";
    return "write the importable name of a module, a colon, and the name of a callable in it, for example "
           "site_auth:password";
}

} // namespace

const char *spec_problem(apr_pool_t *pool, std::string_view spec) {
    if (is_spec(spec))
        return nullptr;
    return apr_psprintf(pool, "'%s' is not module:callable: %s", apache::copy(pool, spec), spec_cure(pool, spec));
}

const char *module_problem(apr_pool_t *pool, std::string_view name) {
    if (is_dotted(name, [](std::string_view part) { return is_identifier(part) && !is_keyword(part); }))
        return nullptr;
    return apr_psprintf(pool, "'%s' is not the name of a module: write it as import does", apache::copy(pool, name));
}

void prepare_targets(apr_pool_t *pconf) { registry(pconf); }

const Target *target(apr_pool_t *pconf, const char *spec) {
    return registered(pconf, spec, Use::callable,
                      [spec](apr_pool_t *pool, Target &made) { fill_names(pool, made, spec); });
}

const Target *filter_target(apr_pool_t *pconf, const char *spec) {
    return registered(pconf, spec, Use::filter,
                      [spec](apr_pool_t *pool, Target &made) { fill_names(pool, made, spec); });
}

std::vector<const Target *> known_targets(apr_pool_t *pconf) {
    Registry &known = registry(pconf);
    const std::lock_guard lock(known.mutex);
    std::vector<const Target *> targets(apr_hash_count(known.targets));
    for (apr_hash_index_t *at = apr_hash_first(nullptr, known.targets); at != nullptr; at = apr_hash_next(at)) {
        const auto *target = static_cast<const Target *>(apr_hash_this_val(at));
        targets[target->id] = target;
    }
    return targets;
}

const char *application_problem(apr_pool_t *pool, const char *spec) {
    const std::string_view words = without_call(spec);
    const FileSpec file(words);
    if (is_spec(words) || (file.is_file() && is_dotted_name(file.attribute)))
        return nullptr;
    return apr_psprintf(pool,
                        "'%s' is no application: write module:application, module:factory() or the path of a "
                        ".wsgi file, for example shop.wsgi:application",
                        spec);
}

const Target *application(apr_pool_t *pconf, const char *spec) {
    const std::string_view words = without_call(spec);
    const Use use = words == spec ? Use::application : Use::factory;
    return registered(pconf, spec, use, [&](apr_pool_t *pool, Target &made) {
        if (is_spec(words))
            return fill_names(pool, made, words);
        const FileSpec file(words);
        made.file = ap_server_root_relative(pool, apache::copy(pool, file.path));
        made.attribute = apache::copy(pool, file.attribute);
    });
}

} // namespace pyhook
