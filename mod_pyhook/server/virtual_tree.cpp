#include "apache/pool.h"

#include "server/ask.h"
#include "server/server_hooks.h"
#include "types/request.h"

#include <sys/stat.h>

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr SocketKind htaccess_kind{
    "open_htaccess",
    "expected the text of the file (str or bytes), False (there is no such file) or None (ask others)"};
constexpr SocketKind stat_kind{"dirwalk_stat",
                               "expected an os.stat_result or what pyhook.virtual makes, of a file or a directory, "
                               "False (there is no such file) or None (ask others)"};

/// The result of a failed callable: httpd then can't see the file, and refuses the request.
constexpr apr_status_t unseen = APR_EGENERAL;

apr_status_t status_from(Asked asked, bool exists) {
    if (asked == Asked::nothing)
        return AP_DECLINED;
    if (asked == Asked::failed)
        return unseen;
    return exists ? APR_SUCCESS : APR_ENOENT;
}

/// A text that httpd reads line by line as if it were a file.
struct Lines {
    std::string_view rest;

    static apr_status_t next_byte(char *byte, void *self) noexcept {
        auto &rest = static_cast<Lines *>(self)->rest;
        if (rest.empty())
            return APR_EOF;
        *byte = rest[0];
        rest.remove_prefix(1);
        return APR_SUCCESS;
    }

    /// Gives at most one line with its end. A longer line comes in pieces, as from fgets.
    static apr_status_t next_line(void *place, apr_size_t size, void *self) noexcept {
        auto &rest = static_cast<Lines *>(self)->rest;
        if (rest.empty())
            return APR_EOF;
        const std::size_t end = rest.find('\n');
        const std::size_t length = std::min(end == std::string_view::npos ? rest.size() : end + 1, size - 1);
        rest.copy(static_cast<char *>(place), length);
        static_cast<char *>(place)[length] = '\0';
        rest.remove_prefix(length);
        return APR_SUCCESS;
    }
};

/// The text in the request's pool; null for an object that is no text. Throws if the text contains NUL.
const char *text_from(apr_pool_t *pool, py::borrowed result) {
    if (!PyBytes_Check(static_cast<PyObject *>(result)))
        return text_of(pool, result);
    const py::body_data data(result);
    if (data.view().find('\0') != std::string_view::npos)
        py::raise(PyExc_ValueError, "a NUL character is not allowed here");
    return apache::copy(pool, data.view());
}

apr_status_t open_htaccess(
    request_rec *r, const char *directory, const char *name, ap_configfile_t **file, const char **full_name) noexcept {
    const char *text = nullptr;
    const Asked asked = ask(ServerHook::open_htaccess, htaccess_kind, r, {directory, name}, [&](py::borrowed result) {
        text = text_from(r->pool, result);
        return text != nullptr || result == Py_False;
    });
    *full_name = ap_make_full_path(r->pool, directory, name);
    if (asked == Asked::answered && text != nullptr) {
        auto *lines = apache::make<Lines>(r->pool, Lines{.rest = text});
        *file = ap_pcfg_open_custom(r->pool, *full_name, lines, &Lines::next_byte, &Lines::next_line, nullptr);
    }
    return status_from(asked, text != nullptr);
}

/// Copies the fields of an os.stat_result that httpd uses.
bool fill(apr_finfo_t &info, py::borrowed result) {
    if (PyObject_HasAttrString(result, "st_mode") == 0)
        return false;
    const auto mode = py::from_python<long>(py::attribute(result, "st_mode"));
    info.filetype = S_ISDIR(mode) ? APR_DIR : S_ISREG(mode) ? APR_REG : APR_NOFILE;
    info.size = py::from_python<apr_off_t>(py::attribute(result, "st_size"));
    info.mtime = info.ctime = info.atime = time_from(py::from_python<double>(py::attribute(result, "st_mtime")));
    info.valid = APR_FINFO_TYPE | APR_FINFO_SIZE | APR_FINFO_MTIME | APR_FINFO_CTIME | APR_FINFO_ATIME;
    return info.filetype != APR_NOFILE && info.size >= 0;
}

apr_status_t stat_for_walk(apr_finfo_t *info, request_rec *r, apr_int32_t) noexcept {
    apr_finfo_t found{};
    found.pool = r->pool;
    found.fname = r->filename;
    bool exists = false;
    const Asked asked = ask(ServerHook::dirwalk_stat, stat_kind, r, {r->filename}, [&](py::borrowed result) {
        exists = fill(found, result);
        return exists || result == Py_False;
    });
    if (asked == Asked::answered && exists)
        *info = found;
    return status_from(asked, exists);
}

} // namespace

void attach_open_htaccess() { ap_hook_open_htaccess(&open_htaccess, nullptr, nullptr, APR_HOOK_MIDDLE); }
void attach_dirwalk_stat() { ap_hook_dirwalk_stat(&stat_for_walk, nullptr, nullptr, APR_HOOK_MIDDLE); }

} // namespace pyhook
