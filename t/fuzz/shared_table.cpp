// The table of a shared dictionary beside an ordinary map: at every moment both have the same entries, and the table
// has room for what must fit.
#include "apache/shared_table.h"

#include "bytes.h"
#include "httpd.h"

#include <cstring>
#include <map>
#include <memory>

namespace {

using apache::Moment;
using apache::SharedTable;
using apache::Value;

constexpr std::size_t size_of_table = 2 * SharedTable::least_size;

struct Entry {
    std::string data;
    Moment expires;
};
using Model = std::map<std::string, Entry>;

std::string key_from(FuzzedDataProvider &choices) {
    return std::string(choices.ConsumeIntegralInRange<std::size_t>(0, 90),
                       static_cast<char>('a' + choices.ConsumeIntegralInRange(0, 9)));
}

void drop_expired(Model &model, Moment at) {
    std::erase_if(model, [at](const auto &entry) { return entry.second.expires <= at; });
}

/// In an empty table there is room for each of these entries.
void put(SharedTable &table, Model &model, FuzzedDataProvider &choices, Moment at) {
    const std::string key = key_from(choices);
    const std::string data(choices.ConsumeIntegralInRange<std::size_t>(0, 2000), key.empty() ? 'x' : key.front());
    const Moment expires = choices.ConsumeBool() ? apache::never : at + choices.ConsumeIntegralInRange(1, 9);
    if (table.put(key, {.kind = Value::Kind::bytes, .data = data}, expires, at))
        model[key] = {data, expires};
    else
        fuzz::demand(!model.empty());
}

void compare(SharedTable &table, Model &model, Moment at) {
    drop_expired(model, at);
    std::size_t listed = 0;
    std::uint32_t bucket = 0;
    do
        bucket = table.some_keys(bucket, at, [&](const std::string &key) { listed += model.count(key); });
    while (bucket != 0);
    fuzz::demand(listed == model.size());
    for (const auto &[key, entry] : model) {
        const SharedTable::Index found = table.find(key, at);
        fuzz::demand(found != 0 && table.value(found).data == entry.data && table.expires(found) == entry.expires);
    }
    while (!table.drop_expired(at)) {
    }
    fuzz::demand(table.count() == model.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    static const std::unique_ptr<std::max_align_t[]> memory(
        new std::max_align_t[size_of_table / sizeof(std::max_align_t)]);
    std::memset(memory.get(), 0, size_of_table);
    auto &table = *reinterpret_cast<SharedTable *>(memory.get());
    table.format(size_of_table, SharedTable::Secret{1, 2, 3});
    const std::size_t empty = table.free_bytes();
    FuzzedDataProvider choices(data, size);
    Model model;
    for (Moment at = 1; choices.remaining_bytes() > 0; at += choices.ConsumeIntegralInRange(0, 2)) {
        drop_expired(model, at);
        switch (choices.ConsumeIntegralInRange(0, 9)) {
        case 0:
            table.clear();
            model.clear();
            break;
        case 1:
        case 2: {
            const std::string key = key_from(choices);
            fuzz::demand(table.erase(key, at) == (model.erase(key) != 0));
            break;
        }
        default:
            put(table, model, choices, at);
        }
        compare(table, model, at);
    }
    table.clear();
    fuzz::demand(table.free_bytes() == empty && table.count() == 0);
    return 0;
}
