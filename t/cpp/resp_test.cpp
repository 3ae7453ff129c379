#include "apache/resp.h"

#include <gtest/gtest.h>

namespace {

using apache::Reply;
using apache::ReplyReader;
using Kind = Reply::Kind;

struct ended {};

/// A reader of these bytes, which come in pieces of this size.
class Bytes {
public:
    Bytes(std::string bytes, std::size_t piece) : bytes_(std::move(bytes)), piece_(piece) {}

    ReplyReader reader{[this] {
        if (at_ == bytes_.size())
            throw ended();
        const std::string_view next = std::string_view(bytes_).substr(at_, piece_);
        at_ += next.size();
        return next;
    }};

private:
    std::string bytes_;
    std::size_t piece_;
    std::size_t at_ = 0;
};

TEST(Resp, ACommandIsAListOfTexts) {
    const std::string_view words[] = {"SET", "key", std::string_view("a\0\r\n", 4)};
    EXPECT_EQ(apache::resp_command(words), std::string("*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$4\r\na\0\r\n\r\n", 32));
}

TEST(Resp, RepliesInPiecesOfAnySize) {
    for (std::size_t piece = 1; piece < 40; ++piece) {
        Bytes bytes("+OK\r\n-ERR no\r\n:-7\r\n$2\r\n\r\n\r\n$-1\r\n*2\r\n$1\r\n0\r\n*1\r\n$1\r\na\r\n", piece);
        EXPECT_EQ(bytes.reader.read().text, "OK");
        const Reply error = bytes.reader.read();
        EXPECT_EQ(error.kind, Kind::error);
        EXPECT_EQ(error.text, "ERR no");
        EXPECT_EQ(bytes.reader.read().number, -7);
        EXPECT_EQ(bytes.reader.read().text, "\r\n");
        EXPECT_EQ(bytes.reader.read().kind, Kind::nothing);
        const Reply list = bytes.reader.read();
        ASSERT_EQ(list.items.size(), 2U);
        EXPECT_EQ(list.items[0].text, "0");
        EXPECT_EQ(list.items[1].items.at(0).text, "a");
        EXPECT_TRUE(bytes.reader.is_empty());
        EXPECT_THROW(bytes.reader.read(), ended);
    }
}

TEST(Resp, WhatIsAnnouncedIsNotBelieved) {
    Bytes cut("$60000000\r\nabc", 5);
    EXPECT_THROW(cut.reader.read(), ended);
    for (const char *wrong :
         {"$99999999999\r\n", "$-2\r\n", "*65537\r\n", "$1x\r\n", ":\r\n", ":9223372036854775808\r\n", "?\r\n", "\r\n",
          "$1\r\nab\r\n", "*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"}) {
        Bytes bytes(wrong, 3);
        EXPECT_THROW(bytes.reader.read(), apache::bad_reply) << wrong;
    }
}

TEST(Resp, BytesBehindAReplyAreSeen) {
    Bytes bytes("+OK\r\n+more\r\n", 100);
    bytes.reader.read();
    EXPECT_FALSE(bytes.reader.is_empty());
}

} // namespace
