// types/shared_store.h: where a shared dictionary keeps its entries: memory of this machine, or a server that several
// machines share.
#pragma once

#include "apache/redis.h"
#include "apache/shared.h"

#include "types/state.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyhook {

/// A PyHookShared line, for the interpreters of this process: `memory`, or else `redis`.
struct SharedPlace {
    const char *name;
    apache::Shared *memory = nullptr;
    apache::Redis *redis = nullptr;
    const char *prefix = ""; // of the dictionary's keys in the server
};

/// Every function is atomic, but for `keys` and what counts or empties a server. All of them run attached, detach while
/// they wait, and throw py::error.
class SharedStore {
public:
    using Lifetime = std::optional<std::chrono::milliseconds>; // nothing: for ever

    SharedStore() = default;
    SharedStore(const SharedStore &) = delete;
    SharedStore &operator=(const SharedStore &) = delete;
    virtual ~SharedStore() = default;

    virtual std::optional<apache::Value> get(std::string_view key) = 0;
    virtual void set(std::string_view key, const apache::Value &value, Lifetime lifetime) = 0;
    virtual bool add(std::string_view key, const apache::Value &value, Lifetime lifetime) = 0;
    virtual bool remove(std::string_view key) = 0;
    virtual bool contains(std::string_view key) = 0;
    virtual std::int64_t incr(std::string_view key, std::int64_t amount, std::int64_t init, Lifetime lifetime) = 0;

    /// What an entry has left to live. Nothing if there is no entry.
    virtual std::optional<Lifetime> left(std::string_view key) = 0;
    virtual std::vector<std::string> keys() = 0;
    virtual std::size_t count() = 0;
    virtual void clear() = 0;

    /// In bytes; nothing where the memory is not this machine's.
    virtual std::optional<std::size_t> size() const { return std::nullopt; }
    virtual std::optional<std::size_t> free() { return std::nullopt; }
};

std::unique_ptr<SharedStore> store_in_memory(State &state, apache::Shared &memory);
std::unique_ptr<SharedStore> store_in_redis(State &state, const SharedPlace &place);

/// What `incr` raises, wherever the entries are.
[[noreturn]] void raise_no_number(std::string_view key);
[[noreturn]] void raise_overflow(std::string_view key);

} // namespace pyhook
