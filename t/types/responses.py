"""Handlers that answer in every way that a request offers; the query names one of them."""

import os
import tempfile

import pyhook
from pyhook import OK, Request


def do(req: Request) -> object:
    req.content_type = "text/plain"
    name = req.headers_in.get("Do") or req.args or ""
    return globals()[name](req)


def write(req: Request) -> None:
    for data in (b"bytes ", "str\xe9 ", bytearray(b"array "), memoryview(b"view"), b"", ""):
        req.write(data)


def write_and_flush(req: Request) -> None:
    req.write("a")
    req.flush()
    sent = req.bytes_sent
    req.headers_out["X-Late"] = "1"
    req.write("b" * 20000)
    req.flush()
    req.write(f" {sent} {req.bytes_sent}")


def wrong_writes(req: Request) -> str:
    return " ".join(error_of(req.write, data) for data in (5, None, ["x"], object())) + " " + error_of(req.write, "\udcff")


def error_of(action: object, *arguments: object) -> str:
    try:
        action(*arguments)  # type: ignore[operator]
    except Exception as error:
        return type(error).__name__
    return "nothing"


def counted(req: Request) -> None:
    req.set_content_length(4)
    req.write("four")


def files(req: Request) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"0123456789" * 1000)
        file.flush()
        for part in ((), (9995,), (0, 3), (5, 0), (10000,), (10, 2), (3, -1)):
            before = 0 if part else 10000
            count = req.sendfile(file.name, *part)
            req.write(f"|{count - before}|")


def file_errors(req: Request) -> str:
    name = pyhook.server_root()
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"0123456789")
        file.flush()
        return " ".join((
            error_of(req.sendfile, "/no/such/file"), error_of(req.sendfile, name), error_of(req.sendfile, file.name, 11),
            error_of(req.sendfile, file.name, -1), error_of(req.sendfile, file.name, 5, 6),
            error_of(req.sendfile, file.name, "1"), error_of(req.sendfile, b"x"), error_of(req.sendfile, "a\0b"),
            error_of(req.sendfile),
        ))


def own_status(req: Request) -> str:
    req.status = 418
    req.status_line = "418 Short and stout"
    return "tea"


def line_alone(req: Request) -> str:
    req.status_line = "404 Not what it says"
    return "fine"


def described(req: Request) -> str:
    req.content_type = "text/x-test; charset=utf-8"
    req.content_encoding = "x-none"
    req.content_languages = ["en", "fi"]
    req.no_cache = True
    return "described"


def conditions(req: Request) -> object:
    """The file's own date and tag decide."""
    if req.headers_in.get("No-Copy"):
        req.no_local_copy = True
    req.set_last_modified(os.stat(req.filename or "").st_mtime)
    req.set_etag()
    status = req.meets_conditions()
    if status != OK:
        return status
    return f"new {req.mtime > 1e9}"


def older(req: Request) -> str:
    """Only a later time counts."""
    req.set_last_modified(1_700_000_000)
    req.set_last_modified(1_600_000_000)
    first = req.headers_out["Last-Modified"]
    req.set_last_modified(1_700_000_001.75)
    req.set_last_modified(None)
    return f"{first} | {req.headers_out['Last-Modified']} | {req.mtime}"


def early_hints(req: Request) -> str:
    req.headers_out["Link"] = "</style.css>; rel=preload"
    req.send_interim_response(103)
    return f"{'Link' in req.headers_out} {req.status}"


def late_hints(req: Request) -> None:
    req.write("x" * 20000)
    req.flush()
    req.write(error_of(req.send_interim_response, 103))


def custom_text(req: Request) -> int:
    req.custom_response(404, '"Sorry: it is\ngone' if "Marked" in req.headers_in else "<p>It is\ngone")
    return 404


def custom_url(req: Request) -> int:
    req.custom_response(404, "/types/response/do?instead")
    return 404


def custom_elsewhere(req: Request) -> int:
    req.custom_response(404, "http://elsewhere.example/")
    return 404


def instead(req: Request) -> str:
    prev = req.prev
    return f"instead of {prev.uri if prev else None} {prev.next is req if prev else None}"


def allowed(req: Request) -> int:
    req.allow_methods(["PUT"])
    req.allow_methods(("GET", "PROPFIND", "PAINT"))
    return 405


def only_allowed(req: Request) -> int:
    req.allow_methods(["PUT", "DELETE"])
    req.allow_methods(["GET"], replace=True)
    return 405


def complete(req: Request) -> None:
    """Anything after the end of a response is refused, and httpd sends nothing of it."""
    req.internal_redirect("/index.html")
    said = [error_of(req.write, "more"), error_of(req.flush), error_of(req.sendfile, __file__),
            error_of(req.internal_redirect, "/index.html"), error_of(req.send_interim_response, 103)]
    req.log("complete: " + " ".join(said))


def endless(req: Request) -> None:
    for _ in range(100_000):
        req.write(b"x" * 65536)
        if req.args == "flush":
            req.flush()


def gone(req: Request) -> None:
    req.log(f"gone: {req.connection.aborted} {req.status}")


