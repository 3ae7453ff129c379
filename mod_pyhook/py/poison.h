// py/poison.h: the last include of every .cpp file above py/. Names that only py/ may use do not compile after it.
#pragma once

#undef Py_INCREF
#undef Py_DECREF
#undef Py_XINCREF
#undef Py_XDECREF
#undef Py_CLEAR
#undef Py_SETREF
#undef Py_XSETREF

#pragma GCC poison Py_INCREF Py_DECREF Py_XINCREF Py_XDECREF Py_CLEAR Py_SETREF Py_XSETREF
#pragma GCC poison PyGILState_Ensure PyGILState_Release PyEval_SaveThread PyEval_RestoreThread PyThreadState_Swap
#pragma GCC poison PyErr_Fetch PyErr_Restore PyErr_GetRaisedException PyErr_SetRaisedException PyErr_WriteUnraisable
