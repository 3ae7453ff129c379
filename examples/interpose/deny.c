/* interpose/deny.c: what modules/deny.py decides, in C, to measure by. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PUBLIC __attribute__((visibility("default")))

static int (*real_open)(const char *, int, ...);
static int (*real_stat)(const char *, struct stat *);
static const char *denied;

__attribute__((constructor)) static void start(void) {
    *(void **)&real_open = dlsym(RTLD_NEXT, "open");
    *(void **)&real_stat = dlsym(RTLD_NEXT, "stat");
    denied = getenv("DENY");
}

static int is_denied(const char *path) {
    const size_t size = denied == NULL ? 0 : strlen(denied);
    return size > 0 && strncmp(path, denied, size) == 0;
}

PUBLIC int open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (!is_denied(path))
        return real_open(path, flags, mode);
    errno = EACCES;
    return -1;
}

PUBLIC int stat(const char *path, struct stat *answer) {
    if (!is_denied(path))
        return real_stat(path, answer);
    errno = EACCES;
    return -1;
}
