#include "processes/request_frame.h"

#include "apache/table.h"

#include "config/config.h"
#include "processes/frames.h"

#include <algorithm>
#include <vector>

namespace pyhook::processes {

namespace {

/// Collects strings that end with NUL.
class Strings {
public:
    Strings() : bytes_(sizeof(FrameHead), '\0') { bytes_.reserve(2048); }

    void add(std::string_view string) { bytes_.append(string).push_back('\0'); }
    void add(std::string_view name, std::string_view value) {
        add(name);
        add(value);
    }

    std::string frame() && {
        const FrameHead head{.length = static_cast<std::uint32_t>(bytes_.size() - sizeof(FrameHead)),
                             .type = FrameType::request};
        std::memcpy(bytes_.data(), &head, sizeof(head));
        return std::move(bytes_);
    }

private:
    std::string bytes_;
};

struct Header {
    std::string_view name;
    gateway::HeaderKey key;
    std::string value;
};

/// The headers that an application gets to see; those of one name are joined.
std::vector<Header> headers_of(const request_rec *r, const gateway::BodyLength &length) {
    std::vector<Header> headers;
    for (const auto &entry : apache::entries(r->headers_in)) {
        gateway::HeaderKey key = gateway::key_of(entry.key);
        if (!gateway::is_shown(key.kind, r, length))
            continue;
        const auto same =
            std::find_if(headers.begin(), headers.end(), [&](const Header &each) { return each.key.key == key.key; });
        if (same == headers.end())
            headers.push_back({entry.key, std::move(key), entry.val});
        else if (key.kind == gateway::Kind::field)
            same->value.append(gateway::joint(entry.key)).append(entry.val);
        else
            same->value = entry.val;
    }
    return headers;
}

bool is_known(std::string_view name) {
    const auto is_it = [name](const gateway::Variable &variable) { return name == variable.key; };
    return std::any_of(std::begin(gateway::lasting), std::end(gateway::lasting), is_it) ||
           std::any_of(std::begin(gateway::common), std::end(gateway::common), is_it) ||
           std::any_of(std::begin(gateway::empty), std::end(gateway::empty),
                       [name](const char *one) { return name == one; }) ||
           name == "SCRIPT_FILENAME";
}

/// A letter for each fact: l, the length of the body is known (otherwise wsgi.input_terminated is set); r, edited code
/// is to be loaded.
std::string marks_of(const request_rec *r, const gateway::BodyLength &length) {
    return std::string(length.is_known(r) ? "l" : "") + (DirConfig::of(r->per_dir_config).reload.value ? "r" : "");
}

} // namespace

std::string name_of(const Target &target) {
    return std::string(target.file != nullptr ? target.file : target.module) + ":" + target.attribute +
           (target.use == Use::factory ? "()" : "");
}

/// Of several values of one name the process takes the last one.
std::string request_frame(request_rec *r, const Mount &mount, const gateway::BodyLength &length) {
    const gateway::Source source(r, mount.place);
    Strings strings;
    strings.add(name_of(*mount.application));
    strings.add(marks_of(r, length));
    for (const char *name : gateway::empty)
        strings.add(name, "");
    for (const auto &variable : apache::entries(r->subprocess_env))
        if (!gateway::is_reserved(variable.key) && !is_known(variable.key))
            strings.add(variable.key, gateway::text(variable.val));
    if (mount.application->file != nullptr)
        strings.add("SCRIPT_FILENAME", mount.application->file);
    for (const std::span<const gateway::Variable> table :
         {std::span<const gateway::Variable>(gateway::common), std::span<const gateway::Variable>(gateway::lasting),
          std::span<const gateway::Variable>(gateway::passing)})
        for (const gateway::Variable &variable : table)
            if (const std::string_view value = variable.value(source); value.data() != nullptr)
                strings.add(variable.key, value);
    for (const Header &header : headers_of(r, length))
        strings.add(header.key.key, header.value);
    if (length.received)
        strings.add("CONTENT_LENGTH", std::to_string(*length.received));
    return std::move(strings).frame();
}

} // namespace pyhook::processes
