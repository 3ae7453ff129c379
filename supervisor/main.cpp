// pyhook-supervisor starts, replaces and ends the worker processes of PyHookProcesses. httpd's parent starts it, and
// tells it through a socket which groups there are. It may be root, so it is small, runs no Python, and reads nothing
// but what the parent sends.
#include "log.h"
#include "processes/orders.h"
#include "slot.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <list>
#include <map>
#include <poll.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>

namespace supervisor {

namespace {

using namespace pyhook::processes;

constexpr seconds to_stop{2}; // httpd's parent waits three for this program

class GroupKeeper {
public:
    /// `listening` is the socket of a program.
    GroupKeeper(const Group &group, Board *board, Descriptor listening, std::vector<Descriptor> slots)
        : id_(group.id), board_(board), listening_(std::move(listening)) {
        for (std::size_t number = 0; number < slots.size(); ++number)
            slots_.emplace_back(group, number, std::move(slots[number]), listening_.number(), *board);
    }
    GroupKeeper(const GroupKeeper &) = delete;
    GroupKeeper &operator=(const GroupKeeper &) = delete;
    ~GroupKeeper() { munmap(board_, sizeof(Board)); }

    std::uint64_t id() const { return id_; }
    std::list<SlotKeeper> &slots() { return slots_; }
    bool is_over() const {
        return std::all_of(slots_.begin(), slots_.end(), [](const SlotKeeper &slot) { return slot.is_over(); });
    }

private:
    std::uint64_t id_;
    Board *board_;
    Descriptor listening_;
    std::list<SlotKeeper> slots_;
};

/// A packet and the descriptors that came with it.
struct Packet {
    std::string bytes;
    std::vector<Descriptor> descriptors;
    bool is_last = false; // the parent has gone
};

Packet receive() {
    static char bytes[256 * 1024];
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * most_descriptors)];
    iovec place{.iov_base = bytes, .iov_len = sizeof(bytes)};
    msghdr message{};
    message.msg_iov = &place;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    const ssize_t size = recvmsg(orders_descriptor, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    Packet packet;
    packet.is_last = size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR);
    if (size > 0)
        packet.bytes.assign(bytes, static_cast<std::size_t>(size));
    for (cmsghdr *each = size < 0 ? nullptr : CMSG_FIRSTHDR(&message); each != nullptr;
         each = CMSG_NXTHDR(&message, each)) {
        std::vector<int> numbers((each->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(numbers.data(), CMSG_DATA(each), numbers.size() * sizeof(int));
        for (const int number : numbers)
            packet.descriptors.emplace_back(number);
    }
    return packet;
}

class Supervisor {
public:
    int run();

private:
    void take(Packet packet);
    void keep_group(std::string_view order, std::vector<Descriptor> descriptors);
    static void take_log(const std::vector<Descriptor> &descriptors);
    void stop();
    void reap();
    void look_at(const std::vector<pollfd> &polled);
    std::vector<pollfd> wanted();
    int patience();

    Descriptor signals_;
    std::list<GroupKeeper> groups_;
    bool stops_ = false;
};

void Supervisor::keep_group(std::string_view order, std::vector<Descriptor> descriptors) {
    const Group group = unpacked(order);
    const auto known =
        std::find_if(groups_.begin(), groups_.end(), [&](const GroupKeeper &each) { return each.id() == group.id; });
    if (known != groups_.end()) { // httpd has restarted gracefully
        for (SlotKeeper &slot : known->slots())
            slot.renew(group.applications);
        return;
    }
    void *board = mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED, descriptors.at(0).number(), 0);
    if (board == MAP_FAILED)
        throw std::system_error(errno, std::generic_category(), "mmap");
    descriptors.erase(descriptors.begin());
    Descriptor listening;
    if (group.is_program()) {
        listening = std::move(descriptors.at(0));
        descriptors.erase(descriptors.begin());
    }
    groups_.emplace_back(group, static_cast<Board *>(board), std::move(listening), std::move(descriptors));
}

void Supervisor::take_log(const std::vector<Descriptor> &descriptors) {
    dup2(descriptors.at(0).number(), STDERR_FILENO);
    dup2(descriptors.at(0).number(), STDOUT_FILENO);
}

void Supervisor::take(Packet packet) {
    if (packet.is_last)
        return stop();
    if (packet.bytes.empty())
        return;
    const auto order = static_cast<Order>(packet.bytes[0]);
    try {
        if (order == Order::run)
            keep_group(std::string_view(packet.bytes).substr(1), std::move(packet.descriptors));
        else
            take_log(packet.descriptors);
    } catch (const std::exception &failure) {
        log("error", std::string("PYHOOK0081: an order of httpd's parent could not be followed: ") + failure.what());
    }
}

void Supervisor::stop() {
    if (std::exchange(stops_, true))
        return;
    for (GroupKeeper &group : groups_)
        for (SlotKeeper &slot : group.slots())
            slot.retire(to_stop);
}

void Supervisor::reap() {
    signalfd_siginfo told;
    while (read(signals_.number(), &told, sizeof(told)) == static_cast<ssize_t>(sizeof(told)))
        if (told.ssi_signo == SIGTERM)
            stop();
    int status = 0;
    for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        for (GroupKeeper &group : groups_)
            for (SlotKeeper &slot : group.slots())
                if (slot.has_ended(pid, status))
                    break;
}

std::vector<pollfd> Supervisor::wanted() {
    std::vector<pollfd> polled{{signals_.number(), POLLIN, 0}};
    if (!stops_)
        polled.push_back({orders_descriptor, POLLIN, 0});
    for (GroupKeeper &group : groups_)
        for (SlotKeeper &slot : group.slots()) {
            if (!slot.is_retired())
                polled.push_back({slot.slot(), 0, 0}); // only for its end
            for (const int descriptor : slot.descriptors())
                polled.push_back({descriptor, POLLIN, 0});
        }
    return polled;
}

void Supervisor::look_at(const std::vector<pollfd> &polled) {
    for (const pollfd &each : polled) {
        if (each.revents == 0)
            continue;
        if (each.fd == signals_.number())
            reap();
        else if (each.fd == orders_descriptor)
            take(receive());
        else
            for (GroupKeeper &group : groups_)
                for (SlotKeeper &slot : group.slots()) {
                    if (each.fd == slot.slot() && !slot.is_retired())
                        slot.retire(to_stop); // no child has the other end
                    else
                        slot.hear(each.fd);
                }
    }
}

/// Does what is due; how long to wait for more, in milliseconds.
int Supervisor::patience() {
    Clock::time_point due = Clock::time_point::max();
    for (GroupKeeper &group : groups_)
        for (SlotKeeper &slot : group.slots())
            due = std::min(due, slot.tick());
    if (due == Clock::time_point::max())
        return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - Clock::now()).count();
    return static_cast<int>(std::clamp<decltype(left)>(left, 0, 60'000));
}

int Supervisor::run() {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, nullptr);
    sigset_t wanted_signals;
    sigemptyset(&wanted_signals);
    sigaddset(&wanted_signals, SIGCHLD);
    sigaddset(&wanted_signals, SIGTERM);
    signals_ = Descriptor(signalfd(-1, &wanted_signals, SFD_NONBLOCK | SFD_CLOEXEC));
    fcntl(orders_descriptor, F_SETFD, FD_CLOEXEC);
    for (;;) {
        const int time = patience();
        groups_.remove_if([](const GroupKeeper &group) { return group.is_over(); });
        if (stops_ && groups_.empty())
            return 0;
        std::vector<pollfd> polled = wanted();
        if (poll(polled.data(), polled.size(), time) > 0)
            look_at(polled);
    }
}

} // namespace

} // namespace supervisor

int main() {
    try {
        return supervisor::Supervisor().run();
    } catch (const std::exception &failure) {
        supervisor::log("crit", std::string(PYHOOK_SUPERVISOR " ends: ") + failure.what());
        return 1;
    }
}
