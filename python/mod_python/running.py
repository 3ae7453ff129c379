"""Runs the handlers of a phase."""

from __future__ import annotations

import os
from _thread import get_ident

from pyhook import current_request

from .constants import DECLINED, HTTP_INTERNAL_SERVER_ERROR, HTTP_UNAUTHORIZED, OK
from .requests import ADDED_NOTE, mp_request
from .returning import SERVER_RETURN
from .settings import Handler, Plan, Settings, extension_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .importing import Space

PHASES = frozenset(
    f"Python{name}Handler"
    for name in ("PostReadRequest", "Trans", "HeaderParser", "Init", "Access", "Authen", "Authz", "Type", "Fixup", "", "Log")
)

_running: dict[int, Run] = {}
"""What runs, by its thread, where it is not a phase of the request that the thread serves."""


def running_here() -> Run | None:
    """Give what runs on this thread, if anything does."""
    run = _running.get(get_ident())
    if run is None:
        request = current_request()
        if request is not None:
            run = run_of(mp_request(request))
    return run


def run_of(req: mp_request) -> Run | None:
    """Give what runs for the request as an object of its own, which can show another handler than the first."""
    now = req._now
    if isinstance(now, Plan):
        now = req._now = Run(now.phase, now.handlers, now.settings, req, now.server_name)
    return now


def show_as_running(run: Run | None) -> Run | None:
    """Let `running_here` give this from now on, and give what it gave before; None is the phase of the request."""
    thread = get_ident()
    outer = _running.get(thread)
    if run is None:
        _running.pop(thread, None)
    else:
        _running[thread] = run
    return outer


class Run:
    """The handlers of one phase of a request, while they run. It is also `req.hlist`, which shows the one that runs."""

    _interpreter: str | None = None

    def __init__(
        self, phase: str, handlers: list[Handler], settings: Settings, req: mp_request | None, server_name: str | None
    ) -> None:
        self.phase = phase
        self.handlers = handlers
        self.settings = settings
        self.req = req
        self._server_name = server_name
        self.at = 0

    @property
    def interpreter(self) -> str:
        """The name of the interpreter, by mod_python's rules."""
        if self._interpreter is None:
            self._interpreter = self.settings.interpreter or self._named_by_place()
        return self._interpreter

    @interpreter.setter
    def interpreter(self, name: str) -> None:
        self._interpreter = name

    def _named_by_place(self) -> str:
        directory = self.handlers[0].directory if self.handlers else None
        filename = self.req.filename if self.req is not None and self.settings.per_directory else None
        return self.settings.interpreter_for(self._server_name, directory, filename)

    def now(self) -> Handler | None:
        """Give the handler that runs."""
        return self.handlers[self.at] if self.at < len(self.handlers) else None

    handler = property(lambda self: (now := self.now()) and now.handler)
    directory = property(lambda self: (now := self.now()) and now.directory)
    is_location = property(lambda self: int(bool((now := self.now()) and now.is_location)))
    silent = property(lambda self: int(bool((now := self.now()) and now.silent)))

    def next(self) -> None:
        """Go on to the next handler."""
        self.at += 1

    def space(self, handler: Handler) -> Space:
        """Give the space that the handler's module is imported from."""
        if handler.kept is not None:
            return handler.kept[0]
        return self.settings.space(self.interpreter, handler.directory_for(self.req))


def object_of(run: Run, handler: Handler, argument: object) -> Any:
    """Import the handler's module and give its object. A class in its path is called with the argument.

    Raises the exceptions of the import, and `AttributeError`.
    """
    space = run.space(handler)
    realm = space.realm
    if run.settings.autoreload:
        realm.look_for_edits()
    callables = realm.callables
    key = (handler.handler, handler.object, space)
    found = callables.get(key)
    if found is None:
        is_file = handler.module.startswith(("/", "."))
        module = space.load_file(_path(handler)) if is_file else space.load(handler.module)
        found, is_made = _look_up(module, handler, argument)
        if is_made or found is None:
            return found
        callables[key] = found
    if handler.is_fixed:
        handler.kept = space, callables, found
    return found


def _path(handler: Handler) -> str:
    path = os.path.join(handler.parent or "", handler.module)
    return path if os.path.isfile(path) else path + ".py"


def _look_up(module: Any, handler: Handler, argument: object) -> tuple[Any, bool]:
    """Follow the dots. Gives the object, and whether it was made for this request."""
    found, is_made = module, False
    for name in handler.object.split("."):
        try:
            found = getattr(found, name)
        except AttributeError:
            if handler.silent:
                return None, False
            where = getattr(module, "__file__", handler.module)
            raise AttributeError(f"module '{where}' contains no '{name}'") from None
        if isinstance(found, type):
            found, is_made = found(argument), True
    return found, is_made


def run_request(req: mp_request, plan: Plan) -> int:
    """Run the handlers of a phase, and give httpd's status. What a handler raises comes out."""
    if plan.has_extensions:
        plan = plan.for_extension(extension_of(req.filename))
    outer = req._now
    outer_here = show_as_running(None) if _running else None
    req._now = plan
    if req._added and (run := run_of(req)):
        run.handlers = [*plan.handlers, *req._added.get(plan.phase, ())]
    try:
        return _run_all(req, plan)
    finally:
        if outer_here is not None:
            show_as_running(outer_here)
        if outer is not None:
            req._now = outer
        if req._held_locks is not None and plan.phase == "PythonHandler":
            req._held_locks.give_all_back()  # the content is made; the client may take it slowly


def _run_all(req: mp_request, plan: Plan) -> int:
    status = DECLINED
    at = 0
    while (now := req._now) and at < len(now.handlers):  # a handler may add others
        if at and (run := run_of(req)):
            run.at = at
        handler = now.handlers[at]
        at += 1
        found = handler.object_kept(plan.settings) or object_in(req, handler)
        if found is None and handler.silent:
            continue
        try:
            status = found(req)
        except SERVER_RETURN as returned:
            status = returned.apply(req)
        if type(status) is not int:
            _demand_status(handler, status)
        if status != DECLINED and (status or plan.ends_with_ok):
            break
    if status < 100 and (status or plan.phase != "PythonAuthenHandler"):
        return status
    return _checked(plan.phase, req, status)


def object_in(req: mp_request, handler: Handler) -> Any:
    """Give the handler's object, as `object_of` does, for the run of a request."""
    run = run_of(req)
    assert run is not None
    return object_of(run, handler, req)


def _demand_status(handler: Handler, result: object) -> None:
    """Raise `TypeError` for what is no number."""
    if not isinstance(result, int) or isinstance(result, bool):
        raise TypeError(f"handler '{handler.handler}' returned {result!r}: a handler returns apache.OK or another status")


def _checked(phase: str, req: mp_request, status: int) -> int:
    """A login must have a user; a refusal for want of one asks for it. A success is one of the content only: httpd would
    send an error page for it.
    """
    if 100 <= status < 300:
        if phase != "PythonHandler" or status < 200:
            req.log_error(f"{phase}: a handler returned {status}, which is no answer there: return apache.OK")
            return HTTP_INTERNAL_SERVER_ERROR
        if not req.sent_bodyct:
            req.status = status
        return OK
    if status == OK and phase == "PythonAuthenHandler" and req.pyhook.user is None:
        req.log_error("PythonAuthenHandler: a handler returned OK without setting req.user: nobody is let in")
        return HTTP_INTERNAL_SERVER_ERROR
    if status == HTTP_UNAUTHORIZED and req.auth_type():
        req.pyhook.note_auth_failure()
    return status


def add_handler(req: mp_request, htype: str, handler: str, directory: str | None) -> None:
    """Add a handler to a phase of the request. Raises `ValueError`."""
    if htype not in PHASES:
        raise ValueError(f"{htype} is no phase that takes handlers of a request")
    if not handler:
        raise ValueError("the handler has no name: give module::object")
    run = run_of(req)
    added = req._own("_added", dict).setdefault(htype, [])
    if directory is None:
        others = added or (run.handlers if run else [])
        directory = others[-1].directory if others else ""
    elif not directory.endswith("/"):
        directory += "/"
    made = Handler(htype, handler, directory or "")
    if run is not None and run.phase == htype:
        run.handlers = [*run.handlers, made]  # those of the plan are for all requests
    else:
        added.append(made)
        req.pyhook.notes[ADDED_NOTE] = "1"


def log_exception(req: mp_request) -> None:
    """Write the exception that is being handled to the error log."""
    import traceback

    for line in traceback.format_exc().splitlines():
        req.log_error(line)


