// services/main.cpp: a chat over a local socket, and plug-ins in Python that answer in it. The program embeds its
// interpreter; whoever started it says on standard input which plug-ins run.

#include "py/exit.h"
#include "py/runtime.h"
#include "py/thread.h"

#include "client.h"
#include "olimpo.h"

#include <cstring>
#include <iostream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "py/poison.h"

namespace {

using services::Plugins;

int listen_at(const char *path) {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    if (std::strlen(path) >= sizeof address.sun_path)
        throw std::runtime_error("the path of a socket is shorter than 108 bytes");
    std::strcpy(address.sun_path, path);
    const int made = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    umask(0077); // the socket is for this user
    if (made < 0 || ::bind(made, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0 ||
        ::listen(made, SOMAXCONN) != 0)
        throw std::runtime_error(std::string(path) + ": " + std::strerror(errno));
    return made;
}

struct Conversation {
    int socket;
    Plugins &plugins;
};

void *serve_one(void *argument) noexcept {
    const std::unique_ptr<Conversation> talk(static_cast<Conversation *>(argument));
    services::serve_client(talk->socket, talk->plugins);
    return nullptr;
}

/// A thread for each client: what a plug-in does for one keeps no other waiting.
void *accept_all(void *argument) noexcept {
    const std::unique_ptr<Conversation> door(static_cast<Conversation *>(argument));
    for (;;) {
        const int client = ::accept4(door->socket, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) {
            usleep(10'000); // no file descriptors are left: some client will go
            continue;
        }
        try {
            auto talk = std::make_unique<Conversation>(Conversation{client, door->plugins});
            py::start_thread("client", &serve_one, talk.get());
            static_cast<void>(talk.release());
        } catch (const std::exception &failure) {
            std::cerr << "a client is sent away: " << failure.what() << std::endl;
            ::close(client);
        }
    }
}

std::string obey(Plugins &plugins, const std::string &line) {
    const std::size_t space = line.find(' ');
    const std::string word = line.substr(0, space);
    const std::string name = space == std::string::npos ? "" : line.substr(space + 1);
    if (word == "load")
        return plugins.load(name);
    if (word == "reload")
        return plugins.reload(name);
    if (word == "unload")
        return plugins.unload(name);
    if (word != "list")
        return "write load, reload or unload and a name, or list";
    std::string all;
    for (const std::string &each : plugins.list())
        all += each + "; ";
    return all;
}

void serve(const char *directory, const char *socket) {
    services::offer_olimpo();
    auto &python = *new py::Runtime({.executable = EXAMPLE_PYTHON, .path = {directory}}, [](py::Interpreter &) {});
    auto &chat = *new services::Chat(); // as Python, they go with the process: clients' threads use them until then
    auto &plugins = *new Plugins(chat, python.main());
    services::serve_plugins(plugins);
    auto door = std::make_unique<Conversation>(Conversation{listen_at(socket), plugins});
    py::start_thread("door", &accept_all, door.release());
    std::cout << "serving" << std::endl;
    for (std::string line; std::getline(std::cin, line);)
        std::cout << obey(plugins, line) << std::endl;
    plugins.unload_all();
    py::run_exit_functions(python.main(), [](py::Interpreter &) {});
    ::unlink(socket);
}

} // namespace

int main(int count, char **words) {
    if (count != 3) {
        std::cerr << "services DIRECTORY-OF-PLUGINS SOCKET\n";
        return 2;
    }
    try {
        serve(words[1], words[2]);
    } catch (const std::exception &failure) {
        std::cerr << "services: " << failure.what() << std::endl;
        _exit(1);
    }
    _exit(0); // threads may be in Python: nothing is torn down under them
}
