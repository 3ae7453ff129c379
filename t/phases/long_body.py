from pyhook import BodyError, Request


def read(req: Request) -> str | None:
    try:
        req.read()
    except BodyError as error:
        if req.args == "raise":
            raise
        req.log(f"caught {error.status}")
    if req.args == "write":
        req.write("more of it")
    return "more of it"
