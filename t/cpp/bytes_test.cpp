#include "py/bytes.h"

#include "python.h"

namespace {

using test::Python;

std::string built(std::size_t expected, std::initializer_list<std::string_view> pieces) {
    py::bytes_builder builder(expected);
    for (const std::string_view piece : pieces)
        builder.append(piece);
    const py::ref bytes = builder.finish();
    return {PyBytes_AS_STRING(bytes.get()), static_cast<std::size_t>(PyBytes_GET_SIZE(bytes.get()))};
}

TEST_F(Python, BytesAreWhatWasAppendedWhateverWasExpected) {
    const std::string large(100'000, 'x');
    for (const std::size_t expected : {0, 1, 3, 7, 1000}) {
        EXPECT_EQ(built(expected, {}), "");
        EXPECT_EQ(built(expected, {""}), "");
        EXPECT_EQ(built(expected, {"a", "", "bc", "defg"}), "abcdefg");
        EXPECT_EQ(built(expected, {"a", large, "b"}), "a" + large + "b");
    }
}

TEST_F(Python, BytesAreFilledInPlace) {
    py::bytes_builder builder(3);
    for (const std::size_t most : {1, 5, 100'000, 7}) {
        const std::span<char> place = builder.free(most);
        EXPECT_GE(place.size(), 1U);
        EXPECT_LE(place.size(), most);
        std::fill(place.begin(), place.end(), 'x');
        builder.added(place.size());
    }
    builder.free(100);
    const std::size_t size = builder.size();
    const py::ref bytes = builder.finish();
    EXPECT_EQ(PyBytes_GET_SIZE(bytes.get()), static_cast<Py_ssize_t>(size));
    EXPECT_EQ(std::string_view(PyBytes_AS_STRING(bytes.get())), std::string(size, 'x'));
}

TEST_F(Python, TooManyBytesAreRefused) {
    EXPECT_EQ(test::raised([] { py::bytes_builder builder(PY_SSIZE_T_MAX); }),
              "OverflowError: byte string is too large");
}

} // namespace
