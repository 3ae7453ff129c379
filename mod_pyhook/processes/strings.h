// processes/strings.h: makes a frame of strings.
#pragma once

#include "processes/frames.h"

#include <string>

namespace pyhook::processes {

/// Collects strings that end with NUL.
class Strings {
public:
    Strings() : bytes_(sizeof(FrameHead), '\0') { bytes_.reserve(2048); }

    void add(std::string_view string) { bytes_.append(string).push_back('\0'); }
    void add(std::string_view name, std::string_view value) {
        add(name);
        add(value);
    }

    std::string frame(FrameType type) && {
        const FrameHead head{.length = static_cast<std::uint32_t>(bytes_.size() - sizeof(FrameHead)), .type = type};
        std::memcpy(bytes_.data(), &head, sizeof(head));
        return std::move(bytes_);
    }

private:
    std::string bytes_;
};

} // namespace pyhook::processes
