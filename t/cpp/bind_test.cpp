#include "python.h"

namespace {

using test::eval_text;

class Binding : public test::Python {
protected:
    Binding() { test::run("import inspect, sample; s = sample.make()"); }

    static std::string raised(const char *expression) {
        return test::raised([&] { test::eval(expression); });
    }
};

TEST_F(Binding, PositionalAndKeywordArgumentsMeetTheirParameters) {
    EXPECT_EQ(eval_text("s.join('a')"), "a");
    EXPECT_EQ(eval_text("s.join('a', 'b', 2)"), "abb");
    EXPECT_EQ(eval_text("s.join('a', times=2, second='b')"), "abb");
    EXPECT_EQ(eval_text("s.join(times=3, first='a', second='b')"), "abbb");
    EXPECT_EQ(eval_text("s.join('a', None)"), "a");
    EXPECT_EQ(eval_text("s.join(**{'first': 'a'})"), "a");
}

TEST_F(Binding, WrongArgumentsAreTypeErrors) {
    EXPECT_EQ(raised("s.join()"), "TypeError: join() misses argument 1");
    EXPECT_EQ(raised("s.join(second='b')"), "TypeError: join() misses argument 1");
    EXPECT_EQ(raised("s.join('a', 'b', 2, 3)"), "TypeError: join() takes at most 3 arguments (4 given)");
    EXPECT_EQ(raised("s.nothing(1)"), "TypeError: nothing() takes at most 0 arguments (1 given)");
    EXPECT_EQ(raised("s.join('a', first='b')"), "TypeError: join() got two values for 'first'");
    EXPECT_EQ(raised("s.join('a', third='b')"), "TypeError: join() got an unexpected keyword argument 'third'");
    EXPECT_EQ(raised("s.join('a', **{'': 'b'})"), "TypeError: join() got an unexpected keyword argument ''");
    EXPECT_EQ(raised("s.join(b'a')"), "TypeError: expected str, not bytes");
}

TEST_F(Binding, ResultsAndNarrowingAreConverted) {
    EXPECT_EQ(eval_text("s.nothing()"), "None");
    EXPECT_EQ(eval_text("s.narrow(-5), s.half(5), s.negate(False)"), "(-5, 2.5, True)");
    EXPECT_EQ(raised("s.narrow(2**40)"), "OverflowError: 1099511627776 is out of range");
    EXPECT_EQ(raised("s.negate([])"), "TypeError: expected bool, not list");
    EXPECT_EQ(raised("s.negate(1)"), "TypeError: expected bool, not int");
}

TEST_F(Binding, CppExceptionsBecomePythonOnes) {
    EXPECT_EQ(raised("s.out_of_memory()"), "MemoryError: ");
    EXPECT_EQ(raised("s.standard_exception()"), "RuntimeError: of the standard library");
}

TEST_F(Binding, PropertiesReadWriteAndRefuse) {
    test::run("s.number = 12");
    EXPECT_EQ(eval_text("s.number, s.fixed"), "(12, 12)");
    EXPECT_TRUE(raised("setattr(s, 'fixed', 1)").starts_with("AttributeError"));
    EXPECT_EQ(raised("delattr(s, 'number')"), "AttributeError: this attribute can't be deleted");
    EXPECT_TRUE(raised("setattr(s, 'number', 'x')").starts_with("TypeError"));
    EXPECT_TRUE(raised("setattr(s, 'other', 1)").starts_with("AttributeError"));
}

TEST_F(Binding, UsabilityIsAskedBeforeAnyUse) {
    test::run("join, set_number = s.join, lambda: setattr(s, 'number', 1); s.break_it()");
    for (const char *use : {"s.number", "s.join('a')", "join('a')", "s.join(wrong=1)", "set_number()"})
        EXPECT_EQ(raised(use).substr(0, 5), use == std::string("s.join(wrong=1)") ? "TypeE" : "Runti") << use;
}

TEST_F(Binding, SignaturesAndDocumentationAreRead) {
    EXPECT_EQ(eval_text("inspect.signature(sample.Sample.join)"), "(self, /, first, second=None, times=1)");
    EXPECT_EQ(eval_text("inspect.signature(s.nothing)"), "()");
    EXPECT_EQ(eval_text("sample.Sample.join.__doc__"), "Text after text.");
    EXPECT_EQ(eval_text("sample.make.__text_signature__"), "($self, number=7)");
    EXPECT_EQ(eval_text("sample.Sample.number.__doc__"), "A number. Writable.");
}

TEST_F(Binding, TypesAreTheModulesOwn) {
    EXPECT_TRUE(raised("sample.Sample()").starts_with("TypeError"));
    EXPECT_EQ(eval_text("sample.Sample.__module__"), "sample");
}

TEST_F(Binding, CallsTakeNothingAway) {
    const py::ref callable = test::eval("lambda *given: given");
    const py::ref argument = py::ref::steal(PyList_New(0));
    const Py_ssize_t before = Py_REFCNT(argument.get());
    EXPECT_EQ(PyTuple_GET_SIZE(py::call(callable, argument, py::none()).get()), 2);
    EXPECT_EQ(Py_REFCNT(argument.get()), before);
    EXPECT_TRUE(test::raised([&] { py::call(py::none()); }).starts_with("TypeError"));
}

} // namespace
