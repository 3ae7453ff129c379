#include "python.h"

#include <climits>

namespace {

using test::Python;

template <class T> std::string refused(const char *expression) {
    const py::ref value = test::eval(expression);
    return test::raised([&] { py::from_python<T>(value); });
}

TEST_F(Python, EveryByteSurvivesTheRoundTrip) {
    for (int first = 0; first < 256; ++first)
        for (int second : {0x41, 0x80, 0xbf, 0xff}) {
            const char bytes[] = {static_cast<char>(first), static_cast<char>(second)};
            const std::string_view wanted(bytes, sizeof(bytes));
            const py::ref object = py::to_python(wanted);
            EXPECT_EQ(py::text(object).view(), wanted) << first << ' ' << second;
        }
}

TEST_F(Python, Utf8IsReadAsUtf8) {
    EXPECT_EQ(test::eval_text("len('\\u00e4\\U0001f600')"), "2");
    const py::ref object = py::to_python(std::string_view("\xc3\xa4\xf0\x9f\x98\x80"));
    EXPECT_EQ(PyUnicode_GetLength(object.get()), 2);
}

TEST_F(Python, TextRefusesWhatIsNoStr) {
    EXPECT_EQ(refused<py::text>("b'x'"), "TypeError: expected str, not bytes");
    EXPECT_EQ(refused<py::text>("None"), "TypeError: expected str, not NoneType");
}

TEST_F(Python, TextRefusesSurrogatesThatStandForNoByte) {
    EXPECT_TRUE(refused<py::text>("'\\ud800'").starts_with("UnicodeEncodeError"));
    EXPECT_TRUE(refused<py::text>("'\\udc41'").starts_with("UnicodeEncodeError"));
}

TEST_F(Python, CTextRefusesNul) {
    EXPECT_EQ(refused<py::c_text>("'a\\0b'"), "ValueError: a NUL character is not allowed here");
    EXPECT_EQ(refused<py::c_text>("'\\udcff\\0'"), "ValueError: a NUL character is not allowed here");
    EXPECT_STREQ(py::c_text(test::eval("'\\udcff'")).c_str(), "\xff");
}

TEST_F(Python, NullStringsAreNone) { EXPECT_EQ(py::to_python(static_cast<const char *>(nullptr)).get(), Py_None); }

TEST_F(Python, IntegersRefuseWhatDoesNotFit) {
    EXPECT_EQ(refused<int>("2**31"), "OverflowError: 2147483648 is out of range");
    EXPECT_TRUE(refused<long>("2**63").starts_with("OverflowError"));
    EXPECT_TRUE(refused<int>("1.5").starts_with("TypeError"));
    EXPECT_TRUE(refused<int>("'1'").starts_with("TypeError"));
    EXPECT_EQ(py::from_python<int>(test::eval("-2**31")), INT_MIN);
    EXPECT_EQ(py::from_python<long>(test::eval("-1")), -1);
}

TEST_F(Python, IntegersGoOutWhole) {
    EXPECT_EQ(PyLong_AsUnsignedLongLong(py::to_python(ULLONG_MAX).get()), ULLONG_MAX);
    EXPECT_EQ(PyLong_AsLongLong(py::to_python(LLONG_MIN).get()), LLONG_MIN);
    EXPECT_EQ(py::to_python(true).get(), Py_True);
}

TEST_F(Python, OptionalIsNoneOrAValue) {
    EXPECT_EQ(py::to_python(std::optional<int>()).get(), Py_None);
    EXPECT_EQ(py::from_python<std::optional<int>>(test::eval("None")), std::nullopt);
    EXPECT_EQ(py::from_python<std::optional<int>>(test::eval("3")), 3);
    EXPECT_EQ(py::from_python<double>(test::eval("0.25")), 0.25);
    EXPECT_TRUE(refused<double>("'x'").starts_with("TypeError"));
}

std::string body_of(const char *expression) {
    const py::ref value = test::eval(expression);
    EXPECT_TRUE(py::body_data::accepts(value));
    return std::string(py::body_data(value).view());
}

TEST_F(Python, BodiesAreBytesLikeOrText) {
    EXPECT_EQ(body_of("b'a\\0b'"), std::string("a\0b", 3));
    EXPECT_EQ(body_of("'\\u00e4'"), "\xc3\xa4");
    EXPECT_EQ(body_of("bytearray(b'abc')"), "abc");
    EXPECT_EQ(body_of("memoryview(b'abcd')[1:3]"), "bc");
    EXPECT_FALSE(py::body_data::accepts(test::eval("[b'x']")));
    EXPECT_EQ(refused<py::body_data>("42"), "TypeError: a body is bytes or str, not int");
    EXPECT_TRUE(refused<py::body_data>("'\\udcff'").starts_with("UnicodeEncodeError"));
    EXPECT_TRUE(refused<py::body_data>("memoryview(b'abcd')[::2]").starts_with("BufferError"));
}

TEST_F(Python, BodyHoldsItsBufferUntilItEnds) {
    test::run("held = bytearray(b'abc')");
    {
        py::body_data first(test::eval("held"));
        const py::body_data second(std::move(first));
        EXPECT_EQ(second.view(), "abc");
        EXPECT_TRUE(test::raised([] { test::run("held.append(1)"); }).starts_with("BufferError"));
    }
    test::run("held.append(1)");
}

} // namespace
