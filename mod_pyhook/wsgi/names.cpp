#include "wsgi/names.h"

#include "py/convert.h"

#include "apache/table.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "py/poison.h"

namespace pyhook::wsgi {

namespace {

/// Headers that a client sends in each of its requests and to every server.
constexpr const char *habits[] = {
    "Host",       "User-Agent",    "Accept", "Accept-Encoding", "Accept-Language", "Accept-Charset",
    "Connection", "Cache-Control", "Pragma", "Content-Type",    "Sec-Fetch-Dest",  "Sec-Fetch-Mode",
    "DNT",        "Sec-GPC",       "TE",     "Sec-Fetch-Site",  "Sec-Fetch-User",  "Upgrade-Insecure-Requests",
};

/// Uses the length and the last eight bytes, because names differ at their ends.
std::size_t hash(std::string_view name) {
    constexpr std::uint64_t lower_case = 0x2020202020202020;
    constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;
    std::uint64_t end = 0;
    const std::size_t size = std::min(name.size(), sizeof(end));
    std::memcpy(&end, name.data() + name.size() - size, size);
    return ((end | lower_case) + name.size()) * golden >> 56;
}

py::ref interned(std::string_view text) {
    PyObject *key = py::to_python(text).release();
    PyUnicode_InternInPlace(&key);
    return py::ref::steal(key);
}

Keep keep_for(std::string_view name) {
    return std::any_of(std::begin(habits), std::end(habits),
                       [name](const char *one) { return apache::same_name(name, one); })
               ? Keep::yes
               : Keep::no;
}

Name make(std::string_view name) {
    auto [kind, key] = gateway::key_of(name);
    Name made{.name = std::string(name), .key = {}, .value = {}, .request = 0, .kind = kind, .keep = keep_for(name)};
    // An interned str may live as long as the process, so only known names are interned and not those that clients
    // choose.
    if (kind != gateway::Kind::none)
        made.key = made.keep == Keep::yes || kind != gateway::Kind::field ? interned(key)
                                                                          : py::to_python(std::string_view(key));
    return made;
}

} // namespace

Name &Names::find(std::string_view name) {
    const std::size_t first = hash(name);
    for (std::size_t probe = 0; probe < probes; ++probe) {
        Name &place = names_[(first + probe) % size];
        if (apache::same_name(place.name, name))
            return place;
        if (place.name.empty())
            return place = make(name);
    }
    return names_[first % size] = make(name);
}

} // namespace pyhook::wsgi
