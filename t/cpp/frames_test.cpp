#include "websocket/deflate.h"
#include "websocket/frames.h"

#include <gtest/gtest.h>

namespace {

using namespace pyhook::websocket;
using Kind = Event::Kind;

constexpr unsigned char mask[] = {0x37, 0xfa, 0x21, 0x3d};

/// A frame as a client sends it; `first` is its whole first byte.
std::string frame(unsigned char first, std::string_view payload, bool masked = true) {
    std::string bytes = frame_head(Opcode::text, payload.size());
    bytes[0] = static_cast<char>(first);
    if (!masked)
        return bytes.append(payload);
    bytes[1] = static_cast<char>(static_cast<unsigned char>(bytes[1]) | 0x80);
    bytes.append(reinterpret_cast<const char *>(mask), sizeof(mask));
    for (std::size_t at = 0; at < payload.size(); ++at)
        bytes.push_back(static_cast<char>(static_cast<unsigned char>(payload[at]) ^ mask[at % sizeof(mask)]));
    return bytes;
}

struct Said {
    Kind kind;
    std::string data;
    int code;

    bool operator==(const Said &) const = default;
};

std::ostream &operator<<(std::ostream &out, const Said &said) {
    return out << static_cast<int>(said.kind) << " '" << said.data.substr(0, 40) << "' " << said.code;
}

/// The events that result from bytes in pieces of one size. The text of an error is left out.
std::vector<Said>
heard(std::string_view bytes, std::size_t piece, std::size_t longest = 1 << 20, Inflater *inflater = nullptr) {
    FrameReader reader(longest, inflater);
    std::vector<Said> all;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        reader.feed(bytes.substr(at, piece));
        for (Event event = reader.next(); event.kind != Kind::none; event = reader.next())
            if (event.kind != Kind::part)
                all.push_back({event.kind, std::string(event.data), event.code});
    }
    return all;
}

using All = std::vector<Said>;

void expect(std::string_view bytes, const All &wanted, std::size_t longest = 1 << 20) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{4096}, bytes.size()})
        EXPECT_EQ(heard(bytes, piece, longest), wanted) << "in pieces of " << piece;
}

const Said protocol_error{Kind::error, "", 1002};
const Said not_utf8{Kind::error, "", 1007};
const Said too_big{Kind::error, "", 1009};

std::string code_and(int code, std::string_view reason = "") {
    std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    return payload.append(reason);
}

TEST(Frames, MessagesOfEveryLength) { // RFC 6455, 5.2
    for (const std::size_t size : {0, 1, 2, 125, 126, 127, 128, 65535, 65536, 70000}) {
        const std::string payload(size, 'x');
        expect(frame(0x81, payload), {{Kind::text, payload, 0}});
        expect(frame(0x82, payload), {{Kind::binary, payload, 0}});
    }
}

TEST(Frames, AHeadSaysTheLengthInItsShortestForm) {
    EXPECT_EQ(frame_head(Opcode::text, 125).size(), 2U);
    EXPECT_EQ(frame_head(Opcode::text, 126).size(), 4U);
    EXPECT_EQ(frame_head(Opcode::text, 65535).size(), 4U);
    EXPECT_EQ(frame_head(Opcode::text, 65536).size(), 10U);
    expect(std::string("\x81\xfe\x00\x05", 4) + std::string(9, 'x'), {protocol_error});
    expect(std::string("\x81\xff\0\0\0\0\0\0\xff\xff", 10) + std::string(70000, 'x'), {protocol_error});
    expect(std::string("\x81\xff\x80\0\0\0\0\0\0\0", 10) + "mask", {protocol_error});
}

TEST(Frames, PingsAndPongs) { // 5.5.2, 5.5.3
    expect(frame(0x89, ""), {{Kind::ping, "", 0}});
    expect(frame(0x89, std::string(125, 'p')), {{Kind::ping, std::string(125, 'p'), 0}});
    expect(frame(0x89, std::string(126, 'p')), {protocol_error});
    expect(frame(0x8a, "unasked") + frame(0x81, "a"), {{Kind::pong, "unasked", 0}, {Kind::text, "a", 0}});
    expect(frame(0x01, "a") + frame(0x89, "between") + frame(0x80, "b"),
           {{Kind::ping, "between", 0}, {Kind::text, "ab", 0}});
    expect(frame(0x09, "not whole"), {protocol_error});
}

TEST(Frames, ReservedBitsAndOpcodesAreRefused) { // 5.2
    for (const unsigned char bit : {0x40, 0x20, 0x10, 0x70})
        expect(frame(static_cast<unsigned char>(0x81 | bit), "a"), {protocol_error});
    for (const unsigned char opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
        expect(frame(static_cast<unsigned char>(0x80 | opcode), "a"), {protocol_error});
    expect(frame(0x81, "before") + frame(0x83, "a") + frame(0x81, "after"),
           {{Kind::text, "before", 0}, protocol_error});
}

TEST(Frames, AClientMasks) { expect(frame(0x81, "bare", false), {protocol_error}); } // 5.1

TEST(Frames, FragmentsAreJoined) { // 5.4
    expect(frame(0x01, "a") + frame(0x00, "b") + frame(0x00, "") + frame(0x80, "c"), {{Kind::text, "abc", 0}});
    expect(frame(0x02, "") + frame(0x80, ""), {{Kind::binary, "", 0}});
    expect(frame(0x80, "nothing before"), {protocol_error});
    expect(frame(0x00, "nothing before"), {protocol_error});
    expect(frame(0x01, "a") + frame(0x81, "b"), {protocol_error});
    expect(frame(0x81, "a") + frame(0x80, "b"), {{Kind::text, "a", 0}, protocol_error});
}

TEST(Frames, TextIsUtf8AndFailsAtOnce) { // 8.1
    const std::string good = "κόσμε \xf4\x8f\xbf\xbf \xee\x80\x80 \xed\x9f\xbf \xf0\x90\x80\x80 \xef\xbf\xbf";
    expect(frame(0x81, good), {{Kind::text, good, 0}});
    for (std::size_t at = 1; at < good.size(); ++at)
        expect(frame(0x01, good.substr(0, at)) + frame(0x80, good.substr(at)), {{Kind::text, good, 0}});
    for (const char *bad :
         {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80",
          "\xed\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe", "\xff", "a\xce", "\xce\xce", "12345678\xff"})
        expect(frame(0x81, bad), {not_utf8});
    FrameReader reader(1 << 20, nullptr);
    reader.feed(frame(0x01, "12345678\xff"));
    EXPECT_EQ(reader.next().code, 1007) << "before the message ends";
    expect(frame(0x82, "\xff"), {{Kind::binary, "\xff", 0}});
}

TEST(Frames, ClosingHasACodeAndAReason) { // 5.5.1, 7.4
    expect(frame(0x88, ""), {{Kind::close, "", 1005}});
    expect(frame(0x88, code_and(1000, "done é")), {{Kind::close, "done é", 1000}});
    expect(frame(0x88, "x"), {protocol_error});
    expect(frame(0x88, code_and(1000, "\xff")), {not_utf8});
    expect(frame(0x88, code_and(1000, std::string(124, 'x'))), {protocol_error});
    for (const int code : {1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999})
        expect(frame(0x88, code_and(code)), {{Kind::close, "", code}});
    for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535})
        expect(frame(0x88, code_and(code)), {protocol_error});
    expect(frame(0x88, code_and(1000)) + frame(0x81, "after"), {{Kind::close, "", 1000}});
}

TEST(Frames, MessagesHaveALimit) {
    expect(frame(0x82, std::string(100, 'x')), {{Kind::binary, std::string(100, 'x'), 0}}, 100);
    expect(frame(0x82, std::string(101, 'x')), {too_big}, 100);
    expect(frame(0x02, std::string(60, 'x')) + frame(0x80, std::string(60, 'x')), {too_big}, 100);
    expect(frame(0x82, std::string(100, 'x')) + frame(0x82, "y"),
           {{Kind::binary, std::string(100, 'x'), 0}, {Kind::binary, "y", 0}}, 100);
}

TEST(Deflate, OffersAreTakenOrNot) { // RFC 7692, 7.1
    const auto header = [](std::string_view offers) {
        const auto terms = accept_offer(offers);
        return terms ? terms->header() : "none";
    };
    const std::string plain = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    EXPECT_EQ(header("permessage-deflate"), plain);
    EXPECT_EQ(header("x-other, permessage-deflate; client_max_window_bits"), plain);
    EXPECT_EQ(header("permessage-deflate; server_max_window_bits=10"), plain + "; server_max_window_bits=10");
    EXPECT_EQ(header("permessage-deflate; server_max_window_bits=15"), plain + "; server_max_window_bits=15");
    EXPECT_EQ(header("permessage-deflate; client_max_window_bits=\"12\""), plain + "; client_max_window_bits=12");
    for (const char *offer :
         {"", "deflate", "permessage-deflate; server_max_window_bits", "permessage-deflate; server_max_window_bits=8",
          "permessage-deflate; client_max_window_bits=16", "permessage-deflate; client_max_window_bits=08",
          "permessage-deflate; unknown", "permessage-deflate; server_no_context_takeover=1",
          "permessage-deflate; client_max_window_bits; client_max_window_bits"})
        EXPECT_EQ(header(offer), "none") << offer;
    EXPECT_EQ(header("permessage-deflate; unknown, permessage-deflate"), plain) << "the next offer counts";
}

TEST(Deflate, MessagesComeBack) {
    for (const std::size_t size : {0, 1, 100, 70'000, 300'000}) {
        std::string message;
        for (std::size_t at = 0; at < size; ++at)
            message.push_back(static_cast<char>('a' + at * at % 23));
        Deflate ours(*accept_offer("permessage-deflate"));
        const std::string compressed = ours.deflate(message);
        const std::string half = compressed.substr(0, compressed.size() / 2);
        const std::string whole = frame(0xc1, compressed);
        const std::string parts = frame(0x41, half) + frame(0x80, compressed.substr(half.size()));
        for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, whole.size()}) {
            EXPECT_EQ(heard(whole + whole, piece, 1 << 20, &ours),
                      (All{{Kind::text, message, 0}, {Kind::text, message, 0}}));
            EXPECT_EQ(heard(parts, piece, 1 << 20, &ours), (All{{Kind::text, message, 0}}));
        }
    }
}

TEST(Deflate, ALongMessageIsInflatedPartByPart) {
    constexpr std::size_t size = 16 << 20;
    Deflate ours(*accept_offer("permessage-deflate"));
    FrameReader reader(size, &ours);
    reader.feed(frame(0xc2, Deflate({}).deflate(std::string(size, 'x'))));
    std::size_t parts = 0;
    std::size_t inflated = 0;
    Event event = reader.next();
    for (; event.kind == Kind::part; event = reader.next()) {
        EXPECT_LE(event.data.size(), 300U * 1024);
        inflated += event.data.size();
        ++parts;
    }
    EXPECT_EQ(event.kind, Kind::binary);
    EXPECT_EQ(event.data, std::string(size, 'x'));
    EXPECT_GT(parts, size / (300 * 1024));
    EXPECT_LE(inflated, size);
}

TEST(Deflate, WhatGrowsTooFarIsRefused) {
    const auto heard_once = [](std::string_view bytes, std::size_t longest = 1 << 20) {
        Deflate ours(*accept_offer("permessage-deflate"));
        return heard(bytes, bytes.size(), longest, &ours);
    };
    const std::string bomb = frame(0xc2, Deflate({}).deflate(std::string(1 << 20, '\0')));
    EXPECT_LT(bomb.size(), 5000U);
    EXPECT_EQ(heard_once(bomb, 100'000), (All{too_big}));
    EXPECT_EQ(heard_once(frame(0xc1, "\xff\xff\xff")), (All{protocol_error}));
    EXPECT_EQ(heard_once(frame(0xc9, "a control frame")), (All{protocol_error}));
    EXPECT_EQ(heard_once(frame(0x41, "") + frame(0xc0, "")), (All{protocol_error}));
}

} // namespace
