// apache/resp.h: RESP, the protocol of Redis: commands become bytes, and bytes that a server sends become replies.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace apache {

/// The server has sent what is no RESP.
struct bad_reply : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A reply that is too large. The server may be well.
struct too_much : bad_reply {
    using bad_reply::bad_reply;
};

struct Reply {
    enum class Kind { status, error, number, text, nothing, list } kind = Kind::nothing;
    std::string text; // of a status, an error, a text
    std::int64_t number = 0;
    std::vector<Reply> items;
};

/// The bytes of a command: its name and its arguments.
std::string resp_command(std::span<const std::string_view> words);

/// Cuts replies out of the bytes of a server that may be hostile: memory grows only with bytes that have come.
class ReplyReader {
public:
    static constexpr std::size_t most_bytes = std::size_t{64} << 20; // of one reply
    static constexpr std::size_t longest_text = most_bytes - 64;     // which is a whole reply
    static constexpr std::size_t most_items = std::size_t{1} << 16;  // in all its lists
    static constexpr std::size_t longest_line = 4096;
    static constexpr int deepest = 3; // lists in lists

    /// `more` gives the next bytes, at least one, or throws.
    explicit ReplyReader(std::function<std::string_view()> more) : more_(std::move(more)) {}

    /// The next reply. Throws bad_reply, too_much, and what `more` throws.
    Reply read();

    /// True if no bytes are left that belong to no reply.
    bool is_empty() const noexcept { return at_ == bytes_.size(); }

private:
    Reply read_at(int depth);
    Reply read_list(std::int64_t length, int depth);
    std::string read_line();
    std::string read_bytes(std::size_t size);
    void need_more();

    std::function<std::string_view()> more_;
    std::string bytes_;
    std::size_t at_ = 0;
    std::size_t taken_ = 0; // bytes of this reply
    std::size_t items_ = 0; // in the lists of this reply
};

} // namespace apache
