// interpose/real.h: the functions that stand behind ours: libc's, or those of a library that is interposed too.
#pragma once

#include <dlfcn.h>

namespace interpose {

/// One of them, looked up when it is first called: the program may call before our constructor has run. A thread that
/// is cancelled in it unwinds through us: nothing on the way to it may be noexcept.
template <class Function> class Real {
public:
    explicit constexpr Real(const char *name) noexcept : name_(name) {}

    template <class... Arguments> auto operator()(Arguments... arguments) {
        Function found = __atomic_load_n(&function_, __ATOMIC_RELAXED);
        if (found == nullptr) {
            found = reinterpret_cast<Function>(dlsym(RTLD_NEXT, name_));
            __atomic_store_n(&function_, found, __ATOMIC_RELAXED);
        }
        return found(arguments...);
    }

private:
    const char *name_;
    Function function_ = nullptr;
};

} // namespace interpose
