#include "py/attach.h"

#include "types/shared_store.h"

#include <algorithm>
#include <charconv>

#include "py/poison.h"

namespace pyhook {

namespace {

using apache::Reply;
using apache::Value;

// A number is stored as Redis's own commands need it. What is none begins with a letter.
constexpr char bytes_mark = 'b';
constexpr char text_mark = 't';

std::string data_of(const Value &value) {
    switch (value.kind) {
    case Value::Kind::number:
        return std::to_string(value.number);
    case Value::Kind::text:
        return text_mark + value.data;
    case Value::Kind::bytes:
        break;
    }
    return bytes_mark + value.data;
}

std::optional<std::int64_t> number_in(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    return problem == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// What an entry holds; nothing if another program has written it.
std::optional<Value> value_in(std::string_view data) {
    if (data.starts_with(bytes_mark))
        return Value{.kind = Value::Kind::bytes, .data = std::string(data.substr(1)), .number = 0};
    if (data.starts_with(text_mark))
        return Value{.kind = Value::Kind::text, .data = std::string(data.substr(1)), .number = 0};
    const auto number = number_in(data);
    return number ? std::optional(Value{.kind = Value::Kind::number, .data = {}, .number = *number}) : std::nullopt;
}

/// The code of an error, as in "OOM command not allowed". The rest of a server's text may be anything.
std::string code_of(const Reply &error) {
    const auto is_code = [](char letter) { return letter >= 'A' && letter <= 'Z'; };
    const auto end = std::find_if_not(error.text.begin(), error.text.end(), is_code);
    return std::string(error.text.begin(), std::min(end, error.text.begin() + 20));
}

bool says(const Reply &error, std::string_view words) { return error.text.find(words) != std::string::npos; }

/// So that no letter of a key means anything to MATCH.
std::string pattern_of(std::string_view prefix) {
    std::string pattern;
    for (const char letter : prefix) {
        if (std::string_view("*?[]\\^-").find(letter) != std::string_view::npos)
            pattern += '\\';
        pattern += letter;
    }
    return pattern + "*";
}

/// ARGV: the sum that a missing entry begins with, what an existing one grows by, and PX with the time, or nothing. The
/// result is read back: a number of Lua has no 64 bits.
constexpr std::string_view increment = "if redis.call('EXISTS', KEYS[1]) == 0 then"
                                       " redis.call('SET', KEYS[1], ARGV[1], unpack(ARGV, 3))"
                                       " else redis.call('INCRBY', KEYS[1], ARGV[2]) end"
                                       " return redis.call('GET', KEYS[1])";

class RedisStore final : public SharedStore {
public:
    RedisStore(State &state, const SharedPlace &place)
        : state_(state), redis_(*place.redis), name_(place.name), prefix_(place.prefix) {}

    std::optional<Value> get(std::string_view key) override;
    void set(std::string_view key, const Value &value, Lifetime lifetime) override { put(key, value, lifetime, {}); }
    bool add(std::string_view key, const Value &value, Lifetime lifetime) override {
        return put(key, value, lifetime, {"NX"});
    }
    bool remove(std::string_view key) override { return number(ask({"DEL", full(key)})) != 0; }
    bool contains(std::string_view key) override { return number(ask({"EXISTS", full(key)})) != 0; }
    std::int64_t incr(std::string_view key, std::int64_t amount, std::int64_t init, Lifetime lifetime) override;
    std::optional<Lifetime> left(std::string_view key) override;
    std::vector<std::string> keys() override;
    std::size_t count() override { return keys().size(); }
    void clear() override;

private:
    using Words = std::vector<std::string>;

    /// Lists all keys of the dictionary in steps; no server may go on for longer.
    static constexpr std::chrono::seconds longest_listing{30};

    std::string full(std::string_view key) const { return prefix_ + std::string(key); }
    Reply ask(const Words &words) const;
    Reply checked(Reply reply) const;
    bool put(std::string_view key, const Value &value, Lifetime lifetime, const Words &condition);
    std::int64_t number(const Reply &reply) const;
    template <class Visit> void each_step(Visit visit);
    [[noreturn]] void raise_away(const char *problem) const;
    [[noreturn]] void raise_nonsense() const { raise_away("it has given an answer to another question"); }

    State &state_;
    apache::Redis &redis_;
    const char *name_;
    const std::string prefix_;
};

void RedisStore::raise_away(const char *problem) const {
    py::raise(state_.shared_away, "the server of the shared dictionary '%s' can't be asked: %.200s", name_, problem);
}

Reply RedisStore::ask(const Words &words) const {
    if (py::forked()) // a thread that does not exist there may hold the lock of the connections
        raise_away("a forked process has no connection to it");
    const std::vector<std::string_view> views(words.begin(), words.end());
    std::string problem;
    std::optional<Reply> reply;
    py::while_detached([&] {
        try {
            reply = redis_.ask(views);
        } catch (const apache::redis_away &away) {
            problem = away.what();
        }
    });
    if (!reply)
        raise_away(problem.c_str());
    return *std::move(reply);
}

/// The reply, unless it is an error.
Reply RedisStore::checked(Reply reply) const {
    if (reply.kind != Reply::Kind::error)
        return reply;
    const std::string code = code_of(reply);
    if (code == "OOM")
        py::raise(state_.shared_full, "the server of the shared dictionary '%s' is full", name_);
    if (code == "WRONGTYPE")
        py::raise(PyExc_TypeError, "another program has written an entry of the shared dictionary '%s'", name_);
    raise_away(("it answers the error " + (code.empty() ? "that has no code" : code)).c_str());
}

std::int64_t RedisStore::number(const Reply &reply) const {
    const Reply good = checked(reply);
    if (good.kind != Reply::Kind::number)
        raise_nonsense();
    return good.number;
}

std::optional<Value> RedisStore::get(std::string_view key) {
    const Reply reply = checked(ask({"GET", full(key)}));
    if (reply.kind == Reply::Kind::nothing)
        return std::nullopt;
    if (reply.kind != Reply::Kind::text)
        raise_nonsense();
    auto value = value_in(reply.text);
    if (!value)
        py::raise(PyExc_TypeError, "another program has written '%.100s' of the shared dictionary '%s'",
                  std::string(key).c_str(), name_);
    return value;
}

/// False if there is an entry, and the condition is that there is none.
bool RedisStore::put(std::string_view key, const Value &value, Lifetime lifetime, const Words &condition) {
    Words words{"SET", full(key), data_of(value)};
    if (words.back().size() > apache::ReplyReader::longest_text) // no `get` would take it
        py::raise(state_.shared_full, "an entry of the shared dictionary '%s' has at most %zu bytes", name_,
                  apache::ReplyReader::longest_text - 1);
    words.insert(words.end(), condition.begin(), condition.end());
    if (lifetime)
        words.insert(words.end(), {"PX", std::to_string(std::max<std::int64_t>(lifetime->count(), 1))});
    const Reply reply = checked(ask(words));
    if (reply.kind != Reply::Kind::status && (reply.kind != Reply::Kind::nothing || condition.empty()))
        raise_nonsense();
    return reply.kind == Reply::Kind::status;
}

std::int64_t RedisStore::incr(std::string_view key, std::int64_t amount, std::int64_t init, Lifetime lifetime) {
    std::int64_t first = 0;
    if (__builtin_add_overflow(init, amount, &first) && !contains(key))
        raise_overflow(key);
    Words words{"INCRBY", full(key), std::to_string(amount)};
    if (init != 0 || lifetime)
        words = {"EVAL", std::string(increment), "1", full(key), std::to_string(first), std::to_string(amount)};
    if (lifetime)
        words.insert(words.end(), {"PX", std::to_string(std::max<std::int64_t>(lifetime->count(), 1))});
    const Reply reply = ask(words);
    if (reply.kind == Reply::Kind::error && says(reply, "not an integer"))
        raise_no_number(key);
    if (reply.kind == Reply::Kind::error && says(reply, "overflow"))
        raise_overflow(key);
    const Reply good = checked(reply);
    const auto sum = good.kind == Reply::Kind::number ? std::optional(good.number)
                     : good.kind == Reply::Kind::text ? number_in(good.text)
                                                      : std::nullopt;
    if (!sum)
        raise_nonsense();
    return *sum;
}

std::optional<SharedStore::Lifetime> RedisStore::left(std::string_view key) {
    constexpr std::int64_t no_entry = -2;
    const std::int64_t milliseconds = number(ask({"PTTL", full(key)}));
    if (milliseconds == no_entry)
        return std::nullopt;
    return milliseconds < 0 ? Lifetime() : Lifetime(std::chrono::milliseconds(milliseconds));
}

/// Calls `visit` with the keys in the server of some entries after the others.
template <class Visit> void RedisStore::each_step(Visit visit) {
    const auto end = std::chrono::steady_clock::now() + longest_listing;
    std::string cursor = "0";
    do {
        const Reply reply = checked(ask({"SCAN", cursor, "MATCH", pattern_of(prefix_), "COUNT", "512"}));
        if (reply.kind != Reply::Kind::list || reply.items.size() != 2 || reply.items[0].kind != Reply::Kind::text ||
            reply.items[1].kind != Reply::Kind::list || std::chrono::steady_clock::now() > end)
            raise_nonsense();
        Words found;
        for (const Reply &key : reply.items[1].items)
            if (key.text.starts_with(prefix_))
                found.push_back(key.text);
        visit(found);
        cursor = reply.items[0].text;
    } while (cursor != "0");
}

/// A key that moves in the server meanwhile may be listed twice there.
std::vector<std::string> RedisStore::keys() {
    Words all;
    each_step([&](const Words &found) {
        for (const std::string &key : found)
            all.push_back(key.substr(prefix_.size()));
    });
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

void RedisStore::clear() {
    each_step([&](const Words &found) {
        Words words{"DEL"};
        words.insert(words.end(), found.begin(), found.end());
        if (!found.empty())
            number(ask(words));
    });
}

} // namespace

std::unique_ptr<SharedStore> store_in_redis(State &state, const SharedPlace &place) {
    return std::make_unique<RedisStore>(state, place);
}

} // namespace pyhook
