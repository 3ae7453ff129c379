"""Objects that cannot be called; the configuration also names some that do not exist."""

from pyhook import Request

number = 7


class Plain:
    pass


class Failing:
    def __init__(self):
        raise OSError("no instance today")


def served(req: Request) -> str:
    return "served"


def fails(req: Request):
    raise ValueError("<b>secret</b>\n" + (req.args or ""))
