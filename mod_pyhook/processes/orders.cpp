#include "processes/orders.h"

#include <type_traits>

namespace pyhook::processes {

namespace {

void put(Writer &writer, const std::string &value) { writer.text(value); }
void get(Reader &reader, std::string &value) { value = reader.text(); }

template <class Number> void put(Writer &writer, Number value) { writer.number(value); }
template <class Number> void get(Reader &reader, Number &value) { value = static_cast<Number>(reader.number()); }

template <class Item> void put(Writer &writer, const std::vector<Item> &items) {
    writer.number(items.size());
    for (const Item &item : items)
        put(writer, item);
}

template <class Item> void get(Reader &reader, std::vector<Item> &items) {
    for (std::uint64_t left = reader.number(); left > 0; --left)
        get(reader, items.emplace_back());
}

} // namespace

std::string packed(const Group &group) {
    Writer writer;
    each_field(group, [&](const auto &field) { put(writer, field); });
    return writer.bytes();
}

Group unpacked(std::string_view bytes) {
    Reader reader(bytes);
    Group group;
    each_field(group, [&](auto &field) { get(reader, field); });
    return group;
}

} // namespace pyhook::processes
