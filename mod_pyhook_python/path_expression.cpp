#include "path_expression.h"

namespace mod_python {

namespace {

class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool whole() { return sum() && (skip(), rest_.empty()); }

private:
    void skip() {
        while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t'))
            rest_.remove_prefix(1);
    }

    bool take(std::string_view word) {
        skip();
        if (!rest_.starts_with(word))
            return false;
        rest_.remove_prefix(word.size());
        return true;
    }

    bool sum() {
        if (!term())
            return false;
        while (take("+"))
            if (!term())
                return false;
        return true;
    }

    bool term() { return take("sys.path") || (take("[") && strings()) || (take("(") && sum() && take(")")); }

    bool strings() {
        while (!take("]"))
            if (!string() || !(take(",") || closes()))
                return false;
        return true;
    }

    bool closes() {
        skip();
        return rest_.starts_with(']');
    }

    bool string() {
        skip();
        const bool is_raw = take("r") || take("R");
        if (rest_.empty() || (rest_.front() != '\'' && rest_.front() != '"'))
            return false;
        const char quote = rest_.front();
        rest_.remove_prefix(1);
        const std::size_t end = rest_.find(quote);
        if (end == std::string_view::npos)
            return false;
        const std::string_view inside = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return is_raw ? !inside.ends_with('\\') : inside.find('\\') == std::string_view::npos;
    }

    std::string_view rest_;
};

} // namespace

bool is_path_expression(std::string_view text) noexcept { return Reader(text).whole(); }

} // namespace mod_python
