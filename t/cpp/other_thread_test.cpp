#include "py/other_thread.h"

#include "python.h"

namespace {

PyObject *is_amid_delicate_code(PyObject *, PyObject *) {
    return PyBool_FromLong(py::OtherThread::here().is_amid_delicate_code() ? 1 : 0);
}

class Delicate : public test::Python {
protected:
    Delicate() {
        static PyMethodDef asks = {"asks", &is_amid_delicate_code, METH_NOARGS, nullptr};
        const py::ref function = py::check(PyCFunction_New(&asks, nullptr));
        py::check(PyObject_SetAttrString(py::import("__main__").get(), "asks", function.get()));
        test::run(R"(
def amid(*modules):
    """Whether it is said to be, when functions of these modules have called each other."""
    call = asks
    for module in reversed(modules):
        names = {"__name__": module, "calls": call}
        exec('def call(): return calls()', names)
        call = names["call"]
    return call()
)");
    }

    static std::string amid(const char *modules) {
        return test::eval_text((std::string("amid(") + modules + ")").c_str());
    }
};

TEST_F(Delicate, IsWhatTheApplicationHasCalledWhateverThatCalls) {
    EXPECT_EQ(amid("'shop', 'logging'"), "True");
    EXPECT_EQ(amid("'shop', 'logging.handlers', 'smtplib', 'socket'"), "True");
    EXPECT_EQ(amid("'shop', 'queue', 'threading'"), "True");
    EXPECT_EQ(amid("'mod_python.Session', 'pickle'"), "True");
    EXPECT_EQ(amid("'pyhook.shared', 'json.decoder'"), "True");
    EXPECT_EQ(amid("'shop', 'importlib._bootstrap', 'zipimport'"), "True");
    EXPECT_EQ(amid("'shop', '_frozen_importlib_external'"), "True");
}

TEST_F(Delicate, IsNotTheApplicationNorWhatHasCalledIt) {
    EXPECT_EQ(amid("'shop'"), "False");
    EXPECT_EQ(amid("'shop', 'json.decoder', 're'"), "False");
    EXPECT_EQ(amid("'pyhook.loops', 'threading', 'shop'"), "False");
    EXPECT_EQ(amid("'mod_python.apache', 'shop', 'json'"), "False");
    EXPECT_EQ(amid("'logging', 'shop.formatter', 'traceback'"), "False");
    EXPECT_EQ(amid("'logging_of_mine', 'pyhook_tools'"), "False");
}

} // namespace
