"""The program of a worker process: `python __main__.py group=NAME threads=N …`."""

from __future__ import annotations

import sys

if __name__ == "__main__" and not __package__:
    if sys.version_info < (3, 9):
        sys.exit("PYHOOK0081: this Python is too old for a worker process, which needs 3.9 or later")
    # The package is alone on no path: the application's environment need not know pyhook, or may have another version.
    # Its __init__, which is for httpd's children, does not run.
    from importlib import import_module
    from importlib.machinery import ModuleSpec
    from importlib.util import module_from_spec
    from os.path import dirname

    place = dirname(__file__)
    sys.path = [entry for entry in sys.path if entry != place]
    spec = ModuleSpec("_pyhook_worker", None, is_package=True)
    spec.submodule_search_locations = [dirname(place)]
    sys.modules["_pyhook_worker"] = module_from_spec(spec)
    import_module("_pyhook_worker.worker.process").main(sys.argv[1:])
