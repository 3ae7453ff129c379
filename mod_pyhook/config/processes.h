// config/processes.h: PyHookProcesses NAME key=value…: the groups of worker processes that a configuration defines.
#pragma once

#include "config/interpreters.h"

#include <sys/types.h>

namespace pyhook {

namespace processes {
struct Channels;
}

/// Times are in seconds; 0 switches off what may be switched off.
struct ProcessesDefinition : Surroundings {
    const char *name;
    const apr_array_header_t *command = nullptr; // of const char *: a program instead of Python's own worker; or null
    const char *socket = nullptr;                // the path at which the program is reached
    int ready_after = 3;                         // a program that has run for so long is ready
    int processes = 1;
    int threads = 15;
    const char *user = nullptr; // null: the user of httpd's children
    const char *group = nullptr;
    uid_t uid = 0;
    gid_t gid = 0;
    int umask = 0027;
    const char *chroot = nullptr; // the other paths of the line are below it
    const char *directory = "/";
    const char *python = nullptr; // null: that of PyHookHome, or the one that mod_pyhook is linked with

    int start_timeout = 60;
    int graceful_timeout = 15;
    int deadlock_timeout = 30;
    int request_timeout = 60;
    int queue = 100; // requests that wait for a process
    int queue_timeout = 10;
    int retry_after = 5;
    int requests = 0; // after so many, or the following, a process is replaced
    int lifetime = 0;
    int memory = 0; // in MB
    int idle = 0;
    int slow = 0;
    int spool = 1 << 20;         // bytes of a response that its client does not take yet
    const char *touch = nullptr; // processes are replaced when this file changes

    int nice = 0;
    int files = 0;         // that may be open; 0: as many as httpd's
    int address_space = 0; // in MB; 0: as httpd's

    processes::Channels *channels = nullptr; // made by the parent when the configuration has been read

    ProcessesDefinition(apr_pool_t *pool, const char *name) : Surroundings(pool), name(name) {}
};

} // namespace pyhook
