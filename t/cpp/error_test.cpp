#include "python.h"

#include <new>

namespace {

using test::Python;

TEST_F(Python, CheckThrowsForNullAndForMinusOne) {
    EXPECT_EQ(test::raised([] { py::check(PyLong_FromString("x", nullptr, 10)); }),
              "ValueError: invalid literal for int() with base 10: 'x'");
    EXPECT_EQ(test::raised(
                  [] { py::check(PyObject_IsTrue(test::eval("type('T', (), {'__bool__': lambda s: 1/0})()").get())); }),
              "ZeroDivisionError: division by zero");
    EXPECT_EQ(py::check(3), 3);
}

TEST_F(Python, RaiseFormats) {
    EXPECT_EQ(test::raised([] { py::raise(PyExc_KeyError, "no %s in %d", "x", 7); }), "KeyError: 'no x in 7'");
}

TEST_F(Python, GuardedLeavesAPythonErrorAsItIs) {
    EXPECT_EQ(py::guarded(-1, []() -> int { py::raise(PyExc_OSError, "as it is"); }), -1);
    EXPECT_TRUE(py::pending(PyExc_OSError));
    EXPECT_EQ(test::taken(), "OSError: as it is");
}

TEST_F(Python, GuardedTranslatesWhatCppThrows) {
    EXPECT_EQ(py::guarded<PyObject *>(nullptr, []() -> PyObject * { throw std::bad_alloc(); }), nullptr);
    EXPECT_EQ(test::taken(), "MemoryError: ");
    EXPECT_EQ(py::guarded<PyObject *>(nullptr, []() -> PyObject * { throw std::out_of_range("too far"); }), nullptr);
    EXPECT_EQ(test::taken(), "RuntimeError: too far");
    EXPECT_EQ(py::guarded(-1, [] { return 5; }), 5);
    EXPECT_EQ(PyErr_Occurred(), nullptr);
}

TEST_F(Python, TakenExceptionKeepsItsTraceback) {
    test::raised([] {});
    try {
        test::run("def deep():\n    raise ValueError('deep down')\n\ndeep()\n");
        FAIL();
    } catch (const py::error &) {
        const py::ref exception = py::take_exception();
        EXPECT_EQ(PyErr_Occurred(), nullptr);
        const std::vector<std::string> lines = py::describe(exception);
        EXPECT_EQ(lines.front(), "Traceback (most recent call last):");
        EXPECT_EQ(lines.back(), "ValueError: deep down");
        EXPECT_NE(std::find_if(lines.begin(), lines.end(), [](auto &line) { return line.ends_with("in deep"); }),
                  lines.end());
    }
}

TEST_F(Python, RestoredExceptionIsPendingAgainWithItsTraceback) {
    try {
        test::run("1/0");
        FAIL();
    } catch (const py::error &) {
        py::restore(py::take_exception());
        EXPECT_TRUE(py::pending(PyExc_ZeroDivisionError));
        EXPECT_EQ(py::describe(py::take_exception()).size(), 3U);
    }
}

TEST_F(Python, ErrorKeptOutlivesOtherErrors) {
    PyErr_SetString(PyExc_KeyError, "kept");
    {
        const py::error_kept kept;
        EXPECT_EQ(PyErr_Occurred(), nullptr);
        EXPECT_EQ(test::raised([] { py::raise(PyExc_ValueError, "other"); }), "ValueError: other");
    }
    EXPECT_EQ(test::taken(), "KeyError: 'kept'");
}

TEST_F(Python, DescribeNeverThrows) {
    const py::ref exception = test::eval("type('Odd', (Exception,), {'__str__': lambda self: 1/0})()");
    EXPECT_NE(py::describe(exception).back().find("Odd"), std::string::npos);
    test::run("import traceback; traceback.format_exception = None");
    EXPECT_EQ(py::describe(exception), std::vector<std::string>{"Odd"});
    EXPECT_EQ(PyErr_Occurred(), nullptr);
}

TEST_F(Python, DescribeTakesTextThatIsNoUtf8) {
    EXPECT_EQ(py::describe(test::eval("ValueError('\\udcff')")).back(), "ValueError: \\udcff");
}

TEST_F(Python, DescribeGivesALinePerLine) {
    EXPECT_EQ(py::describe(test::eval("ValueError('one\\ntwo')")),
              (std::vector<std::string>{"ValueError: one", "two"}));
}

TEST_F(Python, WriteUnraisableEmptiesTheIndicator) {
    test::run("import sys; seen = []; sys.unraisablehook = lambda it: seen.append(str(it.exc_value))");
    PyErr_SetString(PyExc_ValueError, "nobody listens");
    py::write_unraisable({});
    EXPECT_EQ(PyErr_Occurred(), nullptr);
    EXPECT_EQ(test::eval_text("seen"), "['nobody listens']");
}

} // namespace
