"""The least there is: a URL and a function.

    <Location /hello>
        PyHookHandler site_hello:hello
    </Location>
"""

from __future__ import annotations

from html import escape

from pyhook import Request


def hello(req: Request) -> str:
    """handler: what it returns is the page."""
    return f"<h1>Hello, {escape(req.args or 'world')}</h1>"
