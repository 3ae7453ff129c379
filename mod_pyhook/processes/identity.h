// processes/identity.h: who a process of a group is, where its root is, and what is closed to it. The supervisor makes
// such processes, and httpd's check of its configuration tries what they would be able to do.
#pragma once

#include "processes/orders.h"

namespace pyhook::processes {

/// From now on nothing above this directory can be reached. Throws std::system_error.
void enter(const std::string &root);

/// Becomes the user for good, and makes sure of it. Throws std::system_error.
void become_user(const Group &group);

/// What this process, which is of the group, can't use though it is there, and the cure. Empty if there is nothing.
std::string closed_to_user(const Group &group);

/// The same of a program that could not be run.
std::string program_closed_to_user(const Group &group);

} // namespace pyhook::processes
