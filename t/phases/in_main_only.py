"""Cannot be imported in other interpreters, like an extension that refuses sub-interpreters."""

import pyhook

if pyhook.interpreter_name() != "main":
    raise ImportError("for main only")
