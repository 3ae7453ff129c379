"""The program of a worker process: `python __main__.py group=NAME threads=N …`."""

from __future__ import annotations

import sys

if __name__ == "__main__" and not __package__:
    if sys.version_info < (3, 9):
        sys.exit("PYHOOK0081: this Python is too old for a worker process, which needs 3.9 or later")
    # The package is alone on no path: the application's environment need not know pyhook, or may have another version.
    from importlib.util import module_from_spec, spec_from_file_location
    from os.path import dirname

    place = dirname(__file__)
    sys.path = [entry for entry in sys.path if entry != place]
    spec = spec_from_file_location("_pyhook_worker", f"{place}/__init__.py", submodule_search_locations=[place])
    assert spec is not None
    assert spec.loader is not None
    sys.modules["_pyhook_worker"] = package = module_from_spec(spec)
    spec.loader.exec_module(package)
    from importlib import import_module

    import_module("_pyhook_worker.process").main(sys.argv[1:])
