"""What mod_pyhook calls where mod_python's directives name handlers."""

from __future__ import annotations

from . import importing
from .asking import ask, records
from .connections import mp_conn
from .constants import DONE, OK
from .requests import mp_request, request_of
from .returning import SERVER_RETURN
from .running import Run, here, log_exception, object_of, run_request
from .settings import Handler, handlers_from, settings_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _pyhook import Connection, Request

importing.install()


def request(request: Request, text: str) -> int:
    """Run the handlers of a phase: `text` names the phase, its handlers and the settings of the location."""
    phase, handlers, settings = handlers_from(text)
    req = request_of(request)
    if phase == "PythonCleanupHandler":
        req._expect_cleanups()
        req._late_cleanups.append(lambda: clean_up(request, text))
        return OK
    try:
        return run_request(req, phase, handlers, settings)
    except Exception:
        if settings.directives.get("PythonDebug") != "1" or not req.sent_bodyct:
            raise
        return show_exception(req)


def show_exception(req: mp_request) -> int:
    """Log the exception that is being handled, and show it behind what the client has already."""
    import html
    import traceback

    log_exception(req)
    req.write(f"\n<pre>\n{html.escape(traceback.format_exc())}</pre>\n")
    return DONE


def clean_up(request: Request, text: str) -> None:
    """Run PythonCleanupHandler, whose results nobody wants."""
    phase, handlers, settings = handlers_from(text)
    req = request_of(request)
    for handler in handlers:
        try:
            run_request(req, phase, [handler], settings)
        except Exception:
            log_exception(req)


def connection(connection: Connection) -> int:
    """Run the connection handler of the server."""
    server = connection.server
    settings = settings_from(ask("mod_python.settings", server) or "")
    (record,) = records(ask("mod_python.connection", server))
    handler = Handler("PythonConnectionHandler", *record)
    run = Run("PythonConnectionHandler", [handler], settings, None)
    run.interpreter = settings.interpreter_for(server.hostname, None, None)
    conn = mp_conn(connection)
    outer, here.run = getattr(here, "run", None), run
    try:
        result = object_of(run, handler, conn)(conn)
    except SERVER_RETURN as returned:
        result = returned.apply(conn)
    finally:
        here.run = outer
    return int(result)
