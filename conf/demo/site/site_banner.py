"""A line at the top of an HTML page, whatever made the page.

    PyHookOutputFilter BANNER site_banner:banner
    AddOutputFilterByType BANNER text/html
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pyhook.handlers import Filter, FilterStream

BANNER = (
    b'<p style="margin:0;padding:.55em 1em;background:#1f4e79;color:#fff;font:600 .9rem system-ui,sans-serif">'
    b"Served by Python</p>"
)

_body_tag = re.compile(rb"<body(?:\s[^>]*)?>", re.IGNORECASE)
_tag_begun = re.compile(rb"<(?:b(?:o(?:d(?:y(?:\s[^>]*)?)?)?)?)?\Z", re.IGNORECASE)
_longest_tag = 4096


def banner(f: Filter) -> FilterStream:
    """Insert `BANNER` after the body tag, also where the tag is cut in two by a chunk's end."""
    chunk = yield None
    if is_plain_html(f):
        # The page grows: neither its length nor a part of it can be promised any more.
        f.request.headers_out.pop("Content-Length", None)
        f.request.headers_out.pop("Accept-Ranges", None)
        held = b""
        while chunk is not None:
            page = held + chunk
            tag = _body_tag.search(page)
            if tag:
                chunk = yield page[: tag.end()] + BANNER + page[tag.end() :]
                held = b""
                break
            begun = _tag_begun.search(page)
            cut = begun.start() if begun and len(page) - begun.start() <= _longest_tag else len(page)
            held = page[cut:]
            chunk = yield page[:cut]
        if held:
            yield held
    while chunk is not None:
        chunk = yield chunk


def is_plain_html(f: Filter) -> bool:
    """HTML, and not compressed by someone before us."""
    kind = (f.request.content_type or "").partition(";")[0].strip().lower()
    return kind == "text/html" and "Content-Encoding" not in f.request.headers_out
