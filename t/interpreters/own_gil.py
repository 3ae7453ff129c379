from __future__ import annotations

import pyhook


def modules(req: pyhook.Request) -> str:
    import ctypes
    import datetime
    import decimal
    import zoneinfo

    return f"{req.interpreter} {[ctypes.__name__, datetime.__name__, decimal.__name__, zoneinfo.__name__]}\n"


def refused(req: pyhook.Request) -> str:
    import readline  # noqa: F401

    return "imported\n"


def wrapped(req: pyhook.Request) -> str:
    import own_gil_wrapping

    return own_gil_wrapping.page(req)


def chained(req: pyhook.Request) -> str:
    try:
        import readline  # noqa: F401
    except ImportError as error:
        raise RuntimeError("this needs readline") from error
    return "imported\n"


def hidden(req: pyhook.Request) -> str:
    try:
        import readline  # noqa: F401
    except ImportError:
        raise RuntimeError("this needs readline") from None
    return "imported\n"


def held(req: pyhook.Request) -> str:
    """Use every member of a request, in an interpreter with its own GIL."""
    req.headers_out["X-Member"] = req.interpreter
    req.state.count = len(req.headers_in)
    body = req.read()
    return f"{req.method} {req.state.count > 0} {len(body)} {req.connection.client_ip} {req.server.hostname}\n"
