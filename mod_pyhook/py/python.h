// py/python.h: the only include of <Python.h>.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>
