/* wsgi_counts.c: preloaded into httpd, counts the calls that mod_pyhook makes into CPython and httpd into the kernel. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum kind { attach, string, import, send_call, file_call, kinds };

static atomic_long counts[kinds];

/* What a test application reads through ctypes. */
long counted_calls(int kind) { return counts[kind]; }

#define COUNTED(kind, result, name, parameters, arguments)                                                             \
    result name parameters {                                                                                           \
        static result(*_Atomic real) parameters;                                                                       \
        if (real == NULL)                                                                                              \
            real = (result(*) parameters)dlsym(RTLD_NEXT, #name);                                                      \
        ++counts[kind];                                                                                                \
        return real arguments;                                                                                         \
    }

typedef struct PyObject PyObject;
typedef struct PyThreadState PyThreadState;

COUNTED(attach, void, PyEval_RestoreThread, (PyThreadState * state), (state))
COUNTED(attach, void, PyEval_AcquireThread, (PyThreadState * state), (state))

COUNTED(string, PyObject *, PyUnicode_New, (ssize_t size, unsigned most), (size, most))
COUNTED(string, PyObject *, PyUnicode_FromString, (const char *text), (text))
COUNTED(string, PyObject *, PyUnicode_FromStringAndSize, (const char *text, ssize_t size), (text, size))
COUNTED(string, PyObject *, PyUnicode_InternFromString, (const char *text), (text))
COUNTED(string, PyObject *, PyUnicode_DecodeLatin1, (const char *text, ssize_t size, const char *errors),
        (text, size, errors))
COUNTED(string, PyObject *, PyUnicode_DecodeUTF8, (const char *text, ssize_t size, const char *errors),
        (text, size, errors))
COUNTED(string, PyObject *, PyUnicode_FromFormatV, (const char *format, va_list arguments), (format, arguments))

PyObject *PyUnicode_FromFormat(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    PyObject *made = PyUnicode_FromFormatV(format, arguments);
    va_end(arguments);
    return made;
}

COUNTED(import, PyObject *, PyImport_ImportModule, (const char *name), (name))
COUNTED(import, PyObject *, PyImport_Import, (PyObject * name), (name))
COUNTED(import, PyObject *, PyImport_AddModule, (const char *name), (name))
COUNTED(import, PyObject *, PyImport_GetModule, (PyObject * name), (name))

COUNTED(send_call, ssize_t, writev, (int file, const struct iovec *parts, int count), (file, parts, count))
COUNTED(send_call, ssize_t, send, (int socket, const void *data, size_t size, int flags), (socket, data, size, flags))
COUNTED(send_call, ssize_t, sendmsg, (int socket, const struct msghdr *message, int flags), (socket, message, flags))
COUNTED(file_call, ssize_t, sendfile, (int to, int from, off_t *offset, size_t size), (to, from, offset, size))
