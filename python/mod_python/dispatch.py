"""What mod_pyhook calls where mod_python's directives name handlers."""

from __future__ import annotations

from . import importing
from .asking import ask, records
from .connections import mp_conn
from .constants import DONE, OK
from .requests import Cleanups, mp_request
from .returning import SERVER_RETURN
from .running import Run, log_exception, object_of, run_request, show_as_running
from .settings import Handler, Plan, plan_from, plans, settings_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _pyhook import Connection, Request

importing.install()


def request(request: Request, text: str) -> int:
    """Run the handlers of a phase: `text` names the phase, its handlers and the settings of the location."""
    plan = plans.get(text) or plan_from(text)
    req = mp_request(request)
    if plan.runs_at_end:
        req._own("_cleanups", lambda: Cleanups(req)).late.append(lambda: clean_up(req, plan))
        return OK
    try:
        return run_request(req, plan)
    except Exception:
        if not plan.settings.is_debugging or not req.sent_bodyct:
            raise
        return show_exception(req)


def show_exception(req: mp_request) -> int:
    """Log the exception that is being handled, and show it behind what the client has already."""
    import html
    import traceback

    log_exception(req)
    req.write(f"\n<pre>\n{html.escape(traceback.format_exc())}</pre>\n")
    return DONE


def clean_up(req: mp_request, plan: Plan) -> None:
    """Run PythonCleanupHandler, whose results nobody wants."""
    for handler in plan.handlers:
        try:
            run_request(req, plan.only(handler))
        except Exception:
            log_exception(req)


def connection(connection: Connection) -> int:
    """Run the connection handler of the server."""
    server = connection.server
    settings = settings_from(ask("mod_python.settings", server) or "")
    (record,) = records(ask("mod_python.connection", server))
    handler = Handler("PythonConnectionHandler", *record)
    run = Run("PythonConnectionHandler", [handler], settings, None, server.hostname)
    conn = mp_conn(connection)
    outer = show_as_running(run)
    try:
        result = object_of(run, handler, conn)(conn)
    except SERVER_RETURN as returned:
        result = returned.apply(conn)
    finally:
        show_as_running(outer)
    return int(result)
