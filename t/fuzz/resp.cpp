// What a Redis server may send: replies in pieces of any size. Memory grows only with the bytes that come.
#include "apache/resp.h"

#include "httpd.h"

namespace {

struct ended {};

void check(const apache::Reply &reply, int depth) {
    fuzz::demand(depth <= apache::ReplyReader::deepest);
    fuzz::demand(reply.items.size() <= apache::ReplyReader::most_items);
    for (const apache::Reply &item : reply.items)
        check(item, depth + 1);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    std::string_view bytes = fuzz::text_of(data, size);
    const std::size_t piece = bytes.empty() ? 1 : static_cast<unsigned char>(bytes.front()) % 16 + 1;
    apache::ReplyReader reader([&] {
        if (bytes.empty())
            throw ended();
        const std::string_view next = bytes.substr(0, piece);
        bytes.remove_prefix(next.size());
        return next;
    });
    try {
        for (;;)
            check(reader.read(), 0);
    } catch (const apache::bad_reply &) { // it is hostile
    } catch (const ended &) {             // it is cut off
    }
    return 0;
}
