"""Can't be imported elsewhere, as an extension that refuses sub-interpreters."""

import pyhook

if pyhook.interpreter_name() != "main":
    raise ImportError("for main only")
