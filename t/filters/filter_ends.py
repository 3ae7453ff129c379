"""Filters that end in every way at every moment, for filter_ends.t; the header X-Plan says which."""

from __future__ import annotations

from pyhook import HTTPError

RAISED = {
    "http": lambda: HTTPError(451, "planned", headers={"Link": "<http://judge.example/>; rel=blocked-by"}),
    "redirect": lambda: HTTPError(302, headers={"Location": "http://elsewhere.example/"}),
    "error": lambda: KeyError("planned"),
    "exit": lambda: SystemExit("planned"),
    "interrupt": lambda: KeyboardInterrupt("planned"),
    "closed": lambda: GeneratorExit("planned"),
    "stop": lambda: StopIteration("planned"),
    "memory": lambda: MemoryError("planned"),
}


def plan_of(f):
    """Read `first=http finally=error`: what happens at which moment."""
    return dict(word.split("=") for word in f.request.headers_in.get("X-Plan", "").split())


def happens(f, what):
    """Return True if the filter is to return."""
    if what in RAISED:
        raise RAISED[what]()
    if what == "type":
        yield 17
    if what == "decline":
        f.decline()
        yield None
    if what == "end":
        f.end()
    return what == "return"


def generator(f):
    plan = plan_of(f)
    try:
        if (yield from happens(f, plan.get("start"))):
            return
        chunk = yield
        if chunk is not None and (yield from happens(f, plan.get("first"))):
            return
        while chunk is not None:
            chunk = yield chunk
            if chunk is not None and (yield from happens(f, plan.get("middle"))):
                return
        if (yield from happens(f, plan.get("end"))):
            return
        yield b""
        yield from happens(f, plan.get("after"))
    finally:
        yield from happens(f, plan.get("finally"))


class Methods:
    """The same as a class, which cannot return early."""

    def start(self, f):
        self.f, self.plan, self.moments = f, plan_of(f), iter(("first", "middle"))
        self.now("start")

    def __call__(self, chunk):
        return self.now(next(self.moments, "middle"), chunk)

    def finish(self):
        return self.now("end", b"")

    def close(self):
        self.now("finally")

    def now(self, moment, result=None):
        what = self.plan.get(moment)
        if what == "type":
            return 17
        for _ in happens(self.f, what):
            pass
        return result


def add(req):
    """Read `X-Add: fixups OUT IN`: the phase that adds these filters."""
    phase, *names = req.headers_in.get("X-Add", "never").split()
    if phase == req.phase and req.prev is None:
        for name in names:
            if name.startswith("IN"):
                req.add_input_filter(name)
            else:
                req.add_output_filter(name)


def reads(req):
    add(req)
    req.content_type = "text/plain"
    return f"{len(req.read())} bytes\n"


def pieces(req):
    add(req)
    req.content_type = "text/plain"
    yield "one "
    req.flush()  # so that a filter gets each by itself
    yield "two"


def reports(req):
    """Send its own body with its own status."""
    req.status = 404
    return reads(req)


def application(environ, start_response):
    body = b"%d bytes\n" % len(environ["wsgi.input"].read())
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
