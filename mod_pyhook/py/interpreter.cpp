#include "py/interpreter.h"

#include "py/version.h"

namespace py {

Interpreter::Interpreter(std::string name, Gate *gate, bool replaceable)
    : name_(std::move(name)), gate_(gate), replaceable_(replaceable) {}

Interpreter::Holder Interpreter::gil_holder() const noexcept {
    Holder holder;
    holder.state = version::gil_holder(interpreter_, holder.switches);
    return holder;
}

void Interpreter::retire(Retired &node, PyObject *object) noexcept {
    node.object = object;
    node.next = retired_.load(std::memory_order_relaxed);
    while (!retired_.compare_exchange_weak(node.next, &node, std::memory_order_release, std::memory_order_relaxed)) {
    }
}

void Interpreter::release_all_retired() noexcept {
    Retired *node = retired_.exchange(nullptr, std::memory_order_acquire);
    while (node != nullptr) {
        Retired *next = node->next; // the node is freed with its object
        Py_DECREF(node->object);
        node = next;
    }
}

} // namespace py
