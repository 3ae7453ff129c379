"""The program of a worker process: `python __main__.py group=NAME threads=N …`."""

from __future__ import annotations

import sys

if __name__ == "__main__" and not __package__:
    if sys.version_info < (3, 9):
        sys.exit("PYHOOK0081: this Python is too old for a worker process, which needs 3.9 or later")
    # The environment need not know pyhook, or may have another version: this one is the package, whatever its path says.
    from importlib import import_module
    from importlib.machinery import ModuleSpec
    from importlib.util import module_from_spec
    from os.path import dirname

    place = dirname(__file__)
    sys.path = [entry for entry in sys.path if entry != place]
    spec = ModuleSpec("pyhook", None, is_package=True)
    spec.submodule_search_locations = [dirname(place)]
    sys.modules["pyhook"] = module_from_spec(spec)
    import_module("pyhook.worker.package").complete_later(sys.modules["pyhook"], dirname(place))
    import_module("pyhook.worker.process").main(sys.argv[1:])
