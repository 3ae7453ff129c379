#include "processes/identity.h"

#include <cerrno>
#include <grp.h>
#include <sys/prctl.h>
#include <system_error>
#include <unistd.h>

namespace pyhook::processes {

namespace {

void check(int result, const char *what) {
    if (result < 0)
        throw std::system_error(errno, std::generic_category(), what);
}

void refuse(const char *why) { throw std::system_error(EPERM, std::generic_category(), why); }

/// The directory on the way to a path that may not be entered, or empty.
std::string closed_directory(const std::string &path) {
    for (std::size_t end = path.find('/', 1); end != std::string::npos; end = path.find('/', end + 1))
        if (const std::string directory = path.substr(0, end); access(directory.c_str(), X_OK) != 0)
            return directory;
    return {};
}

/// Where a symbolic link leads, such as the python of a virtual environment; empty for what is no link.
std::string led_to(const std::string &path) {
    char target[4096];
    const ssize_t size = readlink(path.c_str(), target, sizeof(target));
    if (size <= 0)
        return {};
    const std::string found(target, static_cast<std::size_t>(size));
    return found.starts_with('/') ? found : path.substr(0, path.rfind('/') + 1) + found;
}

/// The path, what its user can't do with it, and the directory that is in the way, of the path or of where it leads.
std::string closed(const std::string &path, const char *what) {
    constexpr int most_links = 40; // as for the kernel
    const std::string sentence = path + " can't be " + what + " by its user";
    std::string place = path;
    for (int links = 0; !place.empty() && links <= most_links; ++links, place = led_to(place))
        if (const std::string directory = closed_directory(place); !directory.empty())
            return sentence + ", who may not enter " + directory + (links > 0 ? ", where it leads" : "");
    return sentence;
}

bool is_closed(const std::string &path, int mode) { return access(path.c_str(), mode) != 0 && errno == EACCES; }

/// The value of a word of the command, or empty.
std::string value_of(const std::string &word, std::string_view key) {
    return word.starts_with(key) ? word.substr(key.size()) : std::string();
}

} // namespace

void enter(const std::string &root) {
    const std::string what = "chroot=" + root;
    check(chdir(root.c_str()), what.c_str());
    check(chroot("."), what.c_str());
    check(chdir("/"), what.c_str());
}

void become_user(const Group &group) {
    const std::vector<gid_t> groups(group.groups.begin(), group.groups.end());
    if (geteuid() == 0) {
        check(setgroups(groups.size(), groups.data()), "setgroups");
        check(setresgid(group.gid, group.gid, group.gid), "setresgid");
        check(setresuid(group.uid, group.uid, group.uid), "setresuid");
    }
    uid_t user[3];
    gid_t main_group[3];
    check(getresuid(&user[0], &user[1], &user[2]), "getresuid");
    check(getresgid(&main_group[0], &main_group[1], &main_group[2]), "getresgid");
    for (const uid_t one : user)
        if (one != group.uid || one == 0)
            refuse("the process would not run as its user");
    for (const gid_t one : main_group)
        if (one != group.gid)
            refuse("the process would not run in its group");
    if (setuid(0) == 0 || setgid(0) == 0)
        refuse("the process could become root again");
    check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
}

std::string program_closed_to_user(const Group &group) {
    return closed(group.command[0], "run") + ": write a " + (group.is_program() ? "command=" : "python= or home=") +
           " that the user may run, or another user=";
}

std::string closed_to_user(const Group &group) {
    if (is_closed(group.command[0], X_OK))
        return program_closed_to_user(group);
    if (group.is_program())
        return {};
    if (const std::string &package = group.command[1]; is_closed(package, R_OK))
        return closed(package, "read") +
               ": let that user read the package of mod_pyhook (chmod -R a+rX), and enter the directories above it, or "
               "write another user=";
    for (const std::string &word : group.command)
        if (const std::string directory = value_of(word, "path="); is_closed(directory, R_OK | X_OK))
            return closed(directory, "read") + ": let that user read it, or write another path= or user=";
    return {};
}

} // namespace pyhook::processes
