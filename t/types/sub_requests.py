"""Sub-requests and internal redirects; the query names the action."""

from pyhook import OK, Request


def do(req: Request) -> object:
    req.content_type = "text/plain"
    return globals()[req.args or "show"](req)


def error_of(action: object, *arguments: object) -> str:
    try:
        action(*arguments)  # type: ignore[operator]
    except Exception as error:
        return type(error).__name__
    return "nothing"


def part(req: Request) -> str:
    main = req.main or req.prev
    return f"[{req.method} {req.uri} of {main.uri if main else None} {req.user}]"


def page_of_parts(req: Request) -> str:
    return '<!--#include virtual="/types/part-reads" --> and the rest'


def part_reads(req: Request) -> str:
    assert req.main is not None
    return f"{req.read()!r} {error_of(req.main.read)}"


def name_user(req: Request) -> None:
    req.user = "ada"


def logged(req: Request) -> None:
    req.log(f"end: {req.uri} {req.status} {req.next.uri if req.next else None} {req.args}")


def run(req: Request) -> None:
    found = req.lookup_uri("/types/sub-part?x")
    req.write(f"{found.status} {found.main is req} {found.is_initial} {found.args} {req.main} {found.next} {found.prev} ")
    req.write(f"{found.run()} {found.ended} ")
    req.write(error_of(found.run))
    found.destroy()
    req.write(f" {found.ended} {error_of(found.run)}")


def nested(req: Request) -> None:
    req.lookup_uri("/types/sub-outer").run()


def look_up_one_that_speaks(req: Request) -> None:
    req.flush()
    for _ in range(20):
        found = req.lookup_uri("/types/sub-speaks")
        found.destroy()
        other = req.lookup_uri("/types/sub-part")
        req.write(" and ")
        other.destroy()
    req.write("the end")


def speak(req: Request) -> None:
    req.write("spoken")


def run_file(req: Request) -> None:
    found = req.lookup_file(f"{req.document_root}/types/part.txt")
    req.write(f"{found.status} {found.filename == f'{req.document_root}/types/part.txt'} {found.file_type} {found.file_size} ")
    req.write(f" {found.run()}")


def method(req: Request) -> None:
    req.lookup_uri("/types/sub-part", "PUT").run()
    req.lookup_uri(uri="/types/sub-part", method="GET").run()


def user(req: Request) -> None:
    found = req.lookup_uri("/types/sub-user")
    req.write(f"{found.user} {req.user} ")
    found.run()


def refused(req: Request) -> str:
    found = req.lookup_uri("/types/sub-forbidden")
    missing = req.lookup_file(f"{req.document_root}/none.txt")
    return f"{found.status} {found.run()} {missing.file_type} {missing.status}"


def misuse(req: Request) -> str:
    return " ".join((
        error_of(req.run), error_of(req.destroy), error_of(req.lookup_uri), error_of(req.lookup_uri, 5),
        error_of(req.lookup_uri, "/", "A B"), error_of(req.lookup_uri, "/", ""), error_of(req.lookup_uri, "/?a\nb"),
        error_of(req.lookup_uri, "/\0"), error_of(req.lookup_file, 5), error_of(req.lookup_file, "a\0"),
        error_of(req.internal_redirect), error_of(req.internal_redirect, 5), error_of(req.internal_redirect, "/?\r\nX: y"),
    ))


def redirect(req: Request) -> int:
    req.headers_out["X-Lost"] = "1"
    req.err_headers_out["X-Kept"] = "1"
    req.subprocess_env["PASSED"] = "on"
    req.internal_redirect("/types/sub/second?target")
    assert req.next is not None and req.next.uri == "/types/sub/second"
    return OK


def target(req: Request) -> str:
    assert req.prev is not None
    return (f"{req.prev.uri} {req.prev.next is req} {req.is_initial} {req.method} {req.subprocess_env.get('REDIRECT_PASSED')}"
            f" {req.unparsed_uri} {req.main}")


def redirect_away(req: Request) -> int:
    req.internal_redirect("/types/no-such-thing")
    return OK


def shout(chunk: bytes) -> bytes:
    return chunk.upper()


def filter_in(req: Request) -> None:
    req.add_output_filter(req.args or "INCLUDES")
    said = (error_of(req.add_output_filter, "NO-SUCH"), error_of(req.add_input_filter, "NO-SUCH"),
            error_of(req.add_input_filter, 5), error_of(req.add_output_filter, "a\0"), error_of(req.add_input_filter, "DEFLATE"))
    req.err_headers_out["X-Filters"] = " ".join(said)
