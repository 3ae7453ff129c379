import logging

from pyhook import Request


def user(req: Request) -> object:
    assert req.phase == "log_field"
    kind = req.uri.rpartition("/")[2]
    if kind == "raise":
        raise RuntimeError("no field")
    return {
        "text": "some text",
        "none": None,
        "number": 12,
        "true": True,
        "control": 'a\nb"c\x1b',
        "quotes": '{"a": "b\\"}',
        "unicode": "é",
        "list": [1],
        "nul": "a\0b",
    }.get(kind, "-")


def echo(req: Request, text: str) -> str:
    return text


def status(req: Request) -> int:
    return req.status


def is_interesting(req: Request, uri: str) -> bool:
    if uri.endswith("/raise"):
        raise RuntimeError("is it?")
    return "interesting" in uri


def talk(req: Request) -> str:
    log = logging.getLogger("shop.cart")
    log.critical("python critical %s", req.args)
    log.error("python error %s", req.args)
    log.warning("python warning %s", req.args)
    log.info("python info %s", req.args)
    log.debug("python debug %s", req.args)
    log.log(1, "python trace %s", req.args)
    return "done\n"
