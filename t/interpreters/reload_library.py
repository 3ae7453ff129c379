"""The standard library, used where an interpreter has been replaced."""

from __future__ import annotations

import datetime
import time
from typing import Any

import pyhook
import together

NUMBER = 7


@pyhook.on_exit
def leave() -> None:
    print("leaves")


def use(req: Any) -> str:
    """The outcome of each exercise, and of the code that a module reads when it is imported."""
    lines = [f"{name} {together.told(together.digest, name, NUMBER)}\n" for name in together.library]
    limits = [repr(each) for each in (datetime.datetime.max, datetime.date.min, datetime.timedelta.resolution)]
    return "".join(lines) + f"limits {limits}\nsign {ascii(eval(SIGN))} {time.tzname}\n"


SIGN = r'"\N{EURO SIGN}"'


if __name__ == "__main__":
    print(use(None), end="")
