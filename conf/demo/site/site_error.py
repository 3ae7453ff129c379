"""A handler that fails when it is asked for nothing, for the page that a developer then sees.

    <Location /error>
        PyHookDebug On
        PyHookHandler site_error:average
    </Location>
"""

from __future__ import annotations

from pyhook import Request


def average(req: Request) -> str:
    """handler: the average of the numbers behind the question mark. Of none there is none."""
    token = "a secret, which the page hides"
    numbers = [float(word) for word in (req.args or "").split(",") if word and word != token]
    return f"{sum(numbers) / len(numbers)}\n"
