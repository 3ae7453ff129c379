// processes/orders.h: what httpd's parent tells the supervisor, in packets of the socket between them.
#pragma once

#include "processes/board.h"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace pyhook::processes {

/// The descriptors that the supervisor and its processes start with.
inline constexpr int orders_descriptor = 3; // of the supervisor: the socket
inline constexpr int slot_descriptor = 3;   // of a process: where connections come from; a program listens there
inline constexpr int status_descriptor = 4; // of a process: it says here that it is ready, or wants to be replaced
inline constexpr int crash_descriptor = 5;  // of a process: a file for the stacks of a crash

/// A packet begins with one of these.
enum class Order : char {
    /// A group, with new processes if it is known; brings the descriptors of the board, of the socket of a program, and
    /// of each slot.
    run = 'r',
    log = 'l', // brings the descriptor of the error log
};

/// How the processes of one PyHookProcesses line run. `id` is the same as before exactly if all of it is.
struct Group {
    std::uint64_t id = 0;
    std::string name;
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::vector<std::uint32_t> groups;
    std::uint32_t umask = 0;
    std::uint32_t nice = 0;
    std::uint32_t files = 0;             // that may be open; 0: as many as the supervisor's
    std::uint32_t address_megabytes = 0; // 0: as much as the supervisor has
    std::string root;                    // the directory that is / for the processes; empty: that of the system
    std::string directory;               // where they begin, below it
    std::vector<std::string> command;    // the program and its arguments
    std::vector<std::string> environment;
    std::vector<std::string> applications; // in the whole configuration: those that a process served before are loaded
    std::uint32_t start_seconds = 0;       // a process must be ready by then
    std::uint32_t drain_seconds = 0;       // a replaced process must have ended by then
    std::uint32_t pulse_seconds = 0;       // a process that gives no sign of life for so long is ended; 0: never
    std::uint32_t ready_seconds = 0;       // a program is ready when it has run for so long; 0: a worker, which says so

    bool is_program() const { return ready_seconds != 0; }
};

/// A sequence of numbers and strings.
class Writer {
public:
    void number(std::uint64_t value) { bytes_.append(reinterpret_cast<const char *>(&value), sizeof(value)); }
    void text(std::string_view value) {
        number(value.size());
        bytes_.append(value);
    }
    const std::string &bytes() const { return bytes_; }

private:
    std::string bytes_;
};

/// The most descriptors that come with an order.
inline constexpr std::size_t most_descriptors = most_processes + 2;

/// Throws std::out_of_range where the bytes end too early.
class Reader {
public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}
    std::uint64_t number() {
        std::uint64_t value = 0;
        take(sizeof(value)).copy(reinterpret_cast<char *>(&value), sizeof(value));
        return value;
    }
    std::string text() { return std::string(take(number())); }

private:
    std::string_view take(std::uint64_t size) {
        if (size > bytes_.size())
            throw std::out_of_range("an order is cut off");
        const std::string_view taken = bytes_.substr(0, size);
        bytes_.remove_prefix(size);
        return taken;
    }

    std::string_view bytes_;
};

/// Calls `field` with each field of a group, in the order of the packet.
template <class Some, class Field> void each_field(Some &group, Field field) {
    field(group.id);
    field(group.name);
    field(group.uid);
    field(group.gid);
    field(group.groups);
    field(group.umask);
    field(group.nice);
    field(group.files);
    field(group.address_megabytes);
    field(group.root);
    field(group.directory);
    field(group.command);
    field(group.environment);
    field(group.applications);
    field(group.start_seconds);
    field(group.drain_seconds);
    field(group.pulse_seconds);
    field(group.ready_seconds);
}

std::string packed(const Group &group);
Group unpacked(std::string_view bytes);

} // namespace pyhook::processes
