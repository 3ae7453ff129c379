#include "control/sizes.h"

#include "control/json.h"

#include <chrono>
#include <mutex>

#include "py/poison.h"

namespace pyhook {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds good_for{10}; // a million objects are counted in some 17 milliseconds

struct Counted {
    std::mutex mutex; // guards the members below; nobody waits for the GIL in it
    Clock::time_point when = {};
    Py_ssize_t objects = 0;
};

Py_ssize_t tracked_objects() {
    const py::ref all = py::call(py::attribute(py::import("gc"), "get_objects"));
    return PyList_GET_SIZE(all.get());
}

Py_ssize_t objects_in(State &state) {
    auto &counted = state.kept<Counted>();
    {
        const std::lock_guard lock(counted.mutex);
        if (counted.objects != 0 && Clock::now() - counted.when < good_for)
            return counted.objects;
    }
    const Py_ssize_t objects = tracked_objects();
    const std::lock_guard lock(counted.mutex);
    counted.when = Clock::now();
    return counted.objects = objects;
}

} // namespace

std::string sizes_of(State &state) {
    const py::ref modules = py::attribute(py::import("sys"), "modules");
    return member("objects", std::to_string(objects_in(state))) +
           member("modules", std::to_string(PyDict_Size(modules.get())));
}

} // namespace pyhook
