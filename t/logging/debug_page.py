"""What t/logging/debug_page.t asks for."""

import pyhook


def fails(req):
    password = "hunter2-hunter2"
    cart = {"apples": 3, "token": "in-a-dict"}
    raise ValueError(f"<b>no {cart['apples']} apples</b> for {password}")


async def waits(req):
    raise ValueError("in a coroutine")


def wrong_result(req):
    return 3.5


class Hostile:
    def __repr__(self):
        raise SystemExit("</pre><script>alert(1)</script>")


class HostileError(Exception):
    def __str__(self):
        raise KeyboardInterrupt


def hostile(req):
    first, second, third = Hostile(), "x" * 10_000_000, [req]
    raise HostileError(first, second, third)


def deep(req):
    return deep(req)


def breaks_the_page(req):
    class Meta(type):
        def __getattribute__(cls, name):
            if name == "__qualname__":
                raise RuntimeError("no name")
            return super().__getattribute__(name)

    class Nameless(Exception, metaclass=Meta):
        pass

    raise Nameless("still told")


def own_body(req):
    raise pyhook.HTTPError(500, body="its own")


def application(environ, start_response):
    raise LookupError(environ["HTTP_COOKIE"])


def served(req):
    return "served"


def broken_filter(data):
    raise ValueError("in a filter" if data else "at its end")


def decides(req, arguments):
    raise ValueError("in a provider")


async def asgi(scope, receive, send):
    raise ValueError("in an ASGI application")
