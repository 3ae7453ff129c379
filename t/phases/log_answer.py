from pyhook import DONE, HTTPError, Request


def first(req: Request) -> int:
    if req.args == "raise":
        raise HTTPError(404)
    return {"status": 404, "done": DONE, "error": 500}[req.args or ""]


def second(req: Request) -> None:
    req.log(f"second sees {req.args}")
