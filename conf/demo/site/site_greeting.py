"""A response header that Python computes, by an expression of httpd's.

    Header set X-Greeting "expr=%{pyhook:site_greeting:greeting}"
"""

from __future__ import annotations

from pyhook import Request

GREETINGS = {
    "de": "Guten Tag",
    "en": "Good day",
    "es": "Buenas tardes",
    "fr": "Bonjour",
    "it": "Buongiorno",
}


def greeting(req: Request) -> str:
    """expr: a greeting in the first language of `Accept-Language` that is known."""
    for language in req.headers_in.get("Accept-Language", "").split(","):
        short = language.strip().lower().partition(";")[0].partition("-")[0]
        if short in GREETINGS:
            return GREETINGS[short]
    return GREETINGS["en"]
