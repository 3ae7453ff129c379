// apache/json.h: writes JSON texts.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace apache {

/// A JSON string. A byte that is not UTF-8 becomes the surrogate that Python's `surrogateescape` stands for it.
std::string json_text(std::string_view text);

/// The parts, which are JSON already.
std::string json_list(std::span<const std::string> parts);

/// An object, made member by member.
class JsonObject {
public:
    JsonObject &add(const char *name, std::string_view text) { return add_made(name, json_text(text)); }
    template <class Number> JsonObject &add_number(const char *name, Number number) {
        return add_made(name, std::to_string(number));
    }
    JsonObject &add_truth(const char *name, bool is_true) { return add_made(name, is_true ? "true" : "false"); }
    /// `value` is JSON already.
    JsonObject &add_made(const char *name, std::string_view value);

    std::string text() const { return "{" + members_ + "}"; }

private:
    std::string members_;
};

} // namespace apache
