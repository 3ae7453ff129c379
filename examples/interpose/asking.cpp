#include "asking.h"

#include <atomic>
#include <cstdint>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

namespace interpose {

namespace {

// In the library's own part of each thread's memory: no call is needed to find them.
enum class Thread : char { unknown, of_program, of_python };
constinit thread_local bool is_asking = false;
constinit thread_local Thread kind = Thread::unknown;
constinit thread_local std::uintptr_t stack_low = 0;
constinit thread_local std::uintptr_t stack_high = 0;

std::atomic<const Decisions *> here{nullptr};

/// Zero again in a process that was made behind the back of pthread_atfork, by clone() itself: Python is not whole
/// there.
std::atomic<char> *in_order = nullptr;

/// What Python may need for a module that fetches and parses.
constexpr std::uintptr_t least_stack = 256 * 1024;

void find_stack() noexcept {
    pthread_attr_t attributes;
    void *low = nullptr;
    size_t size = 0;
    stack_high = 1;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return;
    if (pthread_attr_getstack(&attributes, &low, &size) == 0) {
        stack_low = reinterpret_cast<std::uintptr_t>(low);
        stack_high = stack_low + size;
    }
    pthread_attr_destroy(&attributes);
}

/// Not on the small stack of a thread, of a signal handler, of a coroutine: Python would run over its end.
bool has_room() noexcept {
    const auto now = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    if (stack_high == 0)
        find_stack();
    return now > stack_low + least_stack && now < stack_high;
}

bool is_of_program(const Decisions &decisions) noexcept {
    if (kind == Thread::unknown)
        kind = decisions.is_of_python() ? Thread::of_python : Thread::of_program;
    return kind == Thread::of_program;
}

/// A signal handler may fork inside Python, which is not whole in the new process.
void put_in_order() noexcept { in_order->store(is_asking ? 0 : 1, std::memory_order_relaxed); }

} // namespace

Asking::Asking() noexcept : decisions_(here.load(std::memory_order_acquire)) {
    if (decisions_ == nullptr || is_asking || in_order->load(std::memory_order_relaxed) == 0) {
        decisions_ = nullptr;
        return;
    }
    is_asking = true;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancelling_);
    if (is_of_program(*decisions_) && has_room())
        return;
    end();
    decisions_ = nullptr;
}

Asking::~Asking() {
    if (decisions_ != nullptr)
        end();
}

void Asking::end() const noexcept {
    pthread_setcancelstate(cancelling_, nullptr);
    is_asking = false;
    errno = errno_;
}

void ask(const Decisions &decisions) noexcept {
    const auto size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    void *page = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED || madvise(page, size, MADV_WIPEONFORK) != 0)
        return;
    in_order = new (page) std::atomic<char>(1);
    pthread_atfork(nullptr, nullptr, &put_in_order); // after Python's own, which puts Python in order
    kind = Thread::of_program;
    here.store(&decisions, std::memory_order_release);
}

} // namespace interpose
