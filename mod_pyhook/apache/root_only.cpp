#include "apache/root_only.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sys/stat.h>

namespace apache {

namespace {

namespace fs = std::filesystem;

constexpr mode_t by_others = S_IWGRP | S_IWOTH;

std::string unseen(const fs::path &place) { return place.string() + " can't be looked at: " + strerror(errno); }

std::string writable(const fs::path &place) { return "others than root may write to " + place.string(); }

/// True if others than root may put something else in the place of what root has there. In a sticky directory, as /tmp,
/// they can't.
bool is_shared(const struct stat &directory) {
    return directory.st_uid != 0 || ((directory.st_mode & by_others) != 0 && (directory.st_mode & S_ISVTX) == 0);
}

/// The directories that lead to a place: whoever may write to one of them could lead root elsewhere.
std::string open_way(const fs::path &place) {
    for (fs::path directory = place; directory.has_relative_path(); directory = directory.parent_path()) {
        struct stat found = {};
        struct stat itself = {};
        if (stat(directory.parent_path().c_str(), &found) != 0 || lstat(directory.c_str(), &itself) != 0)
            return unseen(directory);
        if (S_ISLNK(itself.st_mode) && itself.st_uid != 0)
            return "the link " + directory.string() + " is not root's";
        if (is_shared(found))
            return writable(directory.parent_path());
        if (S_ISLNK(itself.st_mode)) { // it may lead there by way of other links
            std::error_code ignored;
            const fs::path target = directory.parent_path() / fs::read_symlink(directory, ignored);
            if (const std::string problem = open_way(target); !problem.empty())
                return problem;
        }
    }
    return {};
}

} // namespace

std::string open_to_others(const std::string &directory) {
    struct stat found = {};
    if (stat(directory.c_str(), &found) != 0)
        return unseen(directory);
    if (found.st_uid != 0 || (found.st_mode & by_others) != 0)
        return writable(directory);
    const std::string problem = open_way(directory);
    return problem.empty() ? open_way(fs::canonical(directory)) : problem; // where links lead
}

} // namespace apache
