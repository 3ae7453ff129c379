#include "python.h"

namespace {

using test::Python;

Py_ssize_t count_of(const py::ref &object) { return Py_REFCNT(object.get()); }

TEST_F(Python, RefStealTakesTheOneReferenceThereIs) {
    const py::ref list = py::ref::steal(PyList_New(0));
    EXPECT_EQ(count_of(list), 1);
}

TEST_F(Python, RefShareTakesOneMoreAndGivesItBack) {
    const py::ref list = py::ref::steal(PyList_New(0));
    {
        const py::ref other = py::ref::share(list);
        const py::ref third = other.copy();
        EXPECT_EQ(count_of(list), 3);
    }
    EXPECT_EQ(count_of(list), 1);
}

TEST_F(Python, RefMovesWithoutCounting) {
    py::ref list = py::ref::steal(PyList_New(0));
    PyObject *object = list.get();
    py::ref other = std::move(list);
    EXPECT_FALSE(list); // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(other.get(), object);
    EXPECT_EQ(count_of(other), 1);
}

TEST_F(Python, RefAssignmentReleasesWhatStoodThere) {
    const py::ref list = py::ref::steal(PyList_New(0));
    py::ref place = list.copy();
    place = py::none();
    EXPECT_EQ(count_of(list), 1);
    py::ref &same = place;
    place = std::move(same);
    EXPECT_EQ(place.get(), Py_None) << "assigned to itself";
}

TEST_F(Python, RefReleaseHandsTheReferenceOver) {
    py::ref list = py::ref::steal(PyList_New(0));
    PyObject *object = list.release();
    EXPECT_FALSE(list);
    EXPECT_EQ(Py_REFCNT(object), 1);
    py::ref::steal(object);
}

TEST_F(Python, MaybeIsNullOrBorrowed) {
    EXPECT_FALSE(py::maybe());
    const py::ref list = py::ref::steal(PyList_New(0));
    const py::maybe some = list.get();
    ASSERT_TRUE(some);
    EXPECT_EQ(static_cast<PyObject *>(*some), list.get());
    EXPECT_EQ(count_of(list), 1);
}

TEST_F(Python, StoreAndClearOwnAField) {
    const py::ref list = py::ref::steal(PyList_New(0));
    PyObject *field = nullptr;
    py::store(field, list.copy());
    EXPECT_EQ(count_of(list), 2);
    py::store(field, py::none());
    EXPECT_EQ(count_of(list), 1);
    py::clear(field);
    EXPECT_EQ(field, nullptr);
}

} // namespace
