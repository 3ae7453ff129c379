"""Old addresses that keep working, and short ones that lead elsewhere.

    PyHookTranslateName site_rewrite:old_urls
    PyHookRewriteMap places site_rewrite:place
"""

from __future__ import annotations

from pyhook import DECLINED, HTTPError, Request

PLACES = {
    "directives": "/docs/directives/README.html",
    "handlers": "/docs/handlers.html",
    "httpd": "https://httpd.apache.org/docs/2.4/",
    "python": "https://docs.python.org/3/",
    "wsgi": "https://peps.python.org/pep-3333/",
}


def old_urls(req: Request) -> int:
    """translate_name: /manual/<package>/… is served from /usr-doc/<package>/…"""
    if req.uri.startswith("/manual/"):
        req.uri = "/usr-doc/" + req.uri.removeprefix("/manual/")
    # Which file it is stays httpd's business: an Alias, or the DocumentRoot.
    return DECLINED


def place(req: Request, name: str) -> str:
    """rewrite_map: where a short name leads."""
    if name not in PLACES:
        raise HTTPError(404, f"nothing is called {name!r}")
    return PLACES[name]
