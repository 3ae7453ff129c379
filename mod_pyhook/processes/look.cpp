#include "processes/look.h"

#include "apache/resident.h"
#include "apache/table.h"

#include "call/entry.h"
#include "processes/connection.h"

#include <cstdio>
#include <ctime>
#include <map>
#include <mutex>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "py/poison.h"

namespace pyhook::processes {

namespace {

constexpr std::size_t most_of_an_answer = 4 << 20;

Seen seen(const ProcessesDefinition &definition, int number) {
    const Slot &slot = definition.channels->board->slots[static_cast<std::size_t>(number)];
    const pid_t pid = slot.pid;
    return {.definition = &definition,
            .slot = number,
            .pid = pid,
            .life = slot.life,
            .busy = total(*definition.channels->board, &Row::busy, number),
            .sockets = total(*definition.channels->board, &Row::sockets, number),
            .requests = slot.requests,
            .starts = slot.starts,
            .last_end = slot.last_end,
            .edits = slot.edits,
            .memory = apache::resident_bytes(pid),
            .age = pid == 0 ? 0 : static_cast<long>(std::time(nullptr) - static_cast<std::time_t>(slot.since))};
}

/// Looks that have not been answered, by the socket of the process. A process that takes no connections gets no second
/// one: its queue must have room for those of requests.
class Unanswered {
public:
    bool has(int to_process) {
        const std::lock_guard lock(mutex_);
        const auto found = looks_.find(to_process);
        if (found == looks_.end())
            return false;
        pollfd readable{.fd = found->second.get(), .events = POLLIN, .revents = 0};
        if (poll(&readable, 1, 0) == 0)
            return true;
        looks_.erase(found); // it has answered, or it has gone
        return false;
    }

    void keep(int to_process, Socket connection) {
        const std::lock_guard lock(mutex_);
        looks_.try_emplace(to_process, std::move(connection));
    }

private:
    std::mutex mutex_;
    std::map<int, Socket> looks_;
};

Unanswered &unanswered() {
    static auto *const only = new Unanswered; // threads ask to the very end
    return *only;
}

int way_to(const Seen &process) { return process.definition->channels->to_process[process.slot]; }

/// The end of a connection at which the process answers; none if it can't be asked.
Socket asked(const Seen &process) {
    int ends[2];
    if (process.life != Life::ready || process.definition->command != nullptr || unanswered().has(way_to(process)) ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return Socket();
    Socket mine(ends[0]);
    const Socket its(ends[1]);
    return pass(way_to(process), its.get(), Errand::look) ? std::move(mine) : Socket();
}

/// Everything that comes before the other side closes; nothing if that is too long, or not over by `end`.
std::string all_from(const Socket &connection, std::chrono::steady_clock::time_point end) {
    std::string text;
    char piece[16 * 1024];
    while (connection && text.size() < most_of_an_answer) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
        pollfd readable{.fd = connection.get(), .events = POLLIN, .revents = 0};
        if (left <= 0 || poll(&readable, 1, static_cast<int>(left)) <= 0)
            return {};
        const ssize_t came = recv(connection.get(), piece, sizeof piece, 0);
        if (came <= 0)
            return came == 0 ? text : std::string();
        text.append(piece, static_cast<std::size_t>(came));
    }
    return {};
}

} // namespace

const char *Seen::state() const noexcept {
    constexpr const char *names[] = {"none", "starting", "ready", "gone"};
    return names[static_cast<std::size_t>(life) % std::size(names)];
}

std::vector<Entry> Seen::entries() const {
    return definition->channels->board->entries[static_cast<std::size_t>(slot)].all();
}

std::string problem_with_edit(const ProcessesDefinition &definition, int slot) {
    const auto index = static_cast<std::size_t>(slot);
    const Board &board = *definition.channels->board;
    if (!board.slots[index].is_behind)
        return {};
    std::string problem = "Edited code could not be loaded.\nThe error log says why: look for PYHOOK0081.\n";
    for (const Entry &entry : board.entries[index].all())
        if (entry.text.starts_with(code::no_process))
            problem = entry.text;
    return problem;
}

unsigned waiting_in(const Board &board) {
    unsigned waiting = 0;
    for (const Row &row : board.rows)
        waiting += row.waiting;
    return waiting;
}

std::vector<Seen> all_processes() {
    std::vector<Seen> all;
    for (const ProcessesDefinition *each :
         apache::elements<ProcessesDefinition *>(ServerConfig::of(ap_server_conf).processes))
        for (int number = 0; each->channels != nullptr && number < each->channels->count; ++number)
            all.push_back(seen(*each, number));
    return all;
}

unsigned suspended_sockets() {
    unsigned sum = 0;
    for (const ProcessesDefinition *each :
         apache::elements<ProcessesDefinition *>(ServerConfig::of(ap_server_conf).processes))
        if (each->channels != nullptr)
            for (const Row &row : rows_of(*each->channels->board))
                sum += row.suspended;
    return sum;
}

std::vector<std::string> ask(const std::vector<Seen> &processes, std::chrono::steady_clock::time_point end) {
    std::vector<Socket> connections;
    for (const Seen &each : processes)
        connections.push_back(asked(each));
    std::vector<std::string> answers;
    for (std::size_t at = 0; at < connections.size(); ++at) {
        answers.push_back(all_from(connections[at], end));
        if (connections[at] && answers.back().empty())
            unanswered().keep(way_to(processes[at]), std::move(connections[at]));
    }
    return answers;
}

} // namespace pyhook::processes
