// processes/admission.h: which process serves a request, and who waits while all are busy.
#pragma once

#include "processes/channels.h"

#include <bitset>
#include <optional>
#include <utility>

namespace pyhook::processes {

enum class Refusal { full, late, no_descriptor, none_in_httpd };

/// Processes that a request does not go to.
struct Avoided {
    int ended = -1;                   // the slot of one that has just ended, which the supervisor may not know yet
    std::bitset<most_processes> full; // the slots of those that can open no more connections
};

/// A request's place in a process, for as long as the process works for it.
class Place {
public:
    Place() = default;
    Place(Channels &channels, int slot) noexcept;
    Place(Place &&other) noexcept : channels_(std::exchange(other.channels_, nullptr)), slot_(other.slot_) {}
    Place &operator=(Place &&) = delete;
    ~Place() { leave(); }

    int slot() const noexcept { return slot_; }
    void leave() noexcept;

private:
    Channels *channels_ = nullptr;
    int slot_ = 0;
};

/// A WebSocket that a process serves. It has no place: it keeps no request waiting.
class OpenSocket {
public:
    OpenSocket(Channels &channels, int slot) noexcept;
    OpenSocket(const OpenSocket &) = delete;
    OpenSocket &operator=(const OpenSocket &) = delete;
    ~OpenSocket();

    /// No thread serves it from now on.
    void suspend() noexcept;

private:
    Row &row_;
    const std::size_t slot_;
    bool is_suspended_ = false;
};

/// The least busy of the processes that are ready; waits if none is free. Gives the reason if there was no place.
std::optional<Place> admit(const ProcessesDefinition &definition, const Avoided &avoided, Refusal &refusal) noexcept;

} // namespace pyhook::processes
