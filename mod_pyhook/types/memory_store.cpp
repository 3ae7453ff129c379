#include "py/attach.h"

#include "types/shared_store.h"

#include <functional>

#include "py/poison.h"

namespace pyhook {

namespace {

apache::Moment after(SharedStore::Lifetime lifetime) {
    return lifetime ? apache::now() + lifetime->count() : apache::never;
}

struct Increment {
    enum class Outcome { done, wrong_type, overflow, full } outcome;
    std::int64_t number = 0;
};

Increment add_up(std::int64_t one, std::int64_t other) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(one, other, &sum))
        return {Increment::Outcome::overflow};
    return {Increment::Outcome::done, sum};
}

Increment increment(
    apache::SharedTable &table, std::string_view key, std::int64_t amount, std::int64_t init, apache::Moment expires) {
    const apache::Moment at = apache::now();
    if (const auto entry = table.find(key, at); entry != 0) {
        const apache::Value known = table.value(entry);
        if (known.kind != apache::Value::Kind::number)
            return {Increment::Outcome::wrong_type};
        const Increment sum = add_up(known.number, amount);
        if (sum.outcome == Increment::Outcome::done)
            table.set_number(entry, sum.number);
        return sum;
    }
    const Increment sum = add_up(init, amount);
    if (sum.outcome == Increment::Outcome::done &&
        !table.put(key, {.kind = apache::Value::Kind::number, .data = {}, .number = sum.number}, expires, at))
        return {Increment::Outcome::full};
    return sum;
}

class MemoryStore final : public SharedStore {
    /// Runs `work(table)` under the lock. It is never attached while it waits for the lock, and never waits for Python
    /// while it holds the lock.
    template <class Work> auto locked(Work work) const {
        if (const apache::Shared::Hold hold(shared_, std::try_to_lock); hold.is_held())
            return work(hold.table());
        return py::while_detached([&] {
            const apache::Shared::Hold hold(shared_);
            return work(hold.table());
        });
    }

    /// Asks again as long as entries have expired, and releases the lock in between, so that other threads get it.
    template <class Ask> std::size_t without_expired(Ask ask) const {
        for (;;) {
            const auto answer = locked([&](apache::SharedTable &table) {
                return table.drop_expired(apache::now()) ? std::optional(ask(table)) : std::nullopt;
            });
            if (answer)
                return *answer;
        }
    }

public:
    MemoryStore(State &state, apache::Shared &shared) : state_(state), shared_(shared) {}

    std::optional<apache::Value> get(std::string_view key) override {
        return locked([&](apache::SharedTable &table) -> std::optional<apache::Value> {
            const auto entry = table.find(key, apache::now());
            return entry == 0 ? std::nullopt : std::optional(table.value(entry));
        });
    }

    void set(std::string_view key, const apache::Value &value, Lifetime lifetime) override {
        const apache::Moment expires = after(lifetime);
        if (!locked([&](apache::SharedTable &table) { return table.put(key, value, expires, apache::now()); }))
            raise_full(key);
    }

    bool add(std::string_view key, const apache::Value &value, Lifetime lifetime) override;

    bool remove(std::string_view key) override {
        return locked([&](apache::SharedTable &table) { return table.erase(key, apache::now()); });
    }

    bool contains(std::string_view key) override {
        return locked([&](apache::SharedTable &table) { return table.find(key, apache::now()) != 0; });
    }

    std::int64_t incr(std::string_view key, std::int64_t amount, std::int64_t init, Lifetime lifetime) override;
    std::optional<Lifetime> left(std::string_view key) override;
    std::vector<std::string> keys() override;

    std::size_t count() override { return without_expired(std::mem_fn(&apache::SharedTable::count)); }

    void clear() override {
        locked([](apache::SharedTable &table) { table.clear(); });
    }

    std::optional<std::size_t> size() const override { return shared_.size(); }
    std::optional<std::size_t> free() override {
        return without_expired(std::mem_fn(&apache::SharedTable::free_bytes));
    }

private:
    [[noreturn]] void raise_full(std::string_view key) const;

    State &state_;
    apache::Shared &shared_;
};

void MemoryStore::raise_full(std::string_view key) const {
    py::raise(state_.shared_full, "no room for '%.100s': the shared dictionary '%s' of %zu bytes is full",
              std::string(key).c_str(), shared_.name(), shared_.size());
}

bool MemoryStore::add(std::string_view key, const apache::Value &value, Lifetime lifetime) {
    enum class Outcome { added, exists, full };
    const apache::Moment expires = after(lifetime);
    const Outcome outcome = locked([&](apache::SharedTable &table) {
        const apache::Moment at = apache::now();
        if (table.find(key, at) != 0)
            return Outcome::exists;
        return table.put(key, value, expires, at) ? Outcome::added : Outcome::full;
    });
    if (outcome == Outcome::full)
        raise_full(key);
    return outcome == Outcome::added;
}

std::int64_t MemoryStore::incr(std::string_view key, std::int64_t amount, std::int64_t init, Lifetime lifetime) {
    const apache::Moment expires = after(lifetime);
    const Increment result =
        locked([&](apache::SharedTable &table) { return increment(table, key, amount, init, expires); });
    switch (result.outcome) {
    case Increment::Outcome::full:
        raise_full(key);
    case Increment::Outcome::wrong_type:
        raise_no_number(key);
    case Increment::Outcome::overflow:
        raise_overflow(key);
    case Increment::Outcome::done:
        break;
    }
    return result.number;
}

std::optional<SharedStore::Lifetime> MemoryStore::left(std::string_view key) {
    const apache::Moment at = apache::now();
    return locked([&](apache::SharedTable &table) -> std::optional<Lifetime> {
        const auto entry = table.find(key, at);
        if (entry == 0)
            return std::nullopt;
        const apache::Moment expires = table.expires(entry);
        return expires == apache::never ? Lifetime() : Lifetime(std::chrono::milliseconds(expires - at));
    });
}

std::vector<std::string> MemoryStore::keys() {
    const apache::Moment at = apache::now();
    std::vector<std::string> names;
    std::uint32_t bucket = 0;
    do
        bucket = locked([&](apache::SharedTable &table) {
            return table.some_keys(bucket, at, [&](std::string key) { names.push_back(std::move(key)); });
        });
    while (bucket != 0);
    return names;
}

} // namespace

void raise_no_number(std::string_view key) {
    py::raise(PyExc_TypeError, "'%.100s' holds no int", std::string(key).c_str());
}

void raise_overflow(std::string_view key) {
    py::raise(PyExc_OverflowError, "'%.100s' would leave the range of 64 bits", std::string(key).c_str());
}

std::unique_ptr<SharedStore> store_in_memory(State &state, apache::Shared &memory) {
    return std::make_unique<MemoryStore>(state, memory);
}

} // namespace pyhook
