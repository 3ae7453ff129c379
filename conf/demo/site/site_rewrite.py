"""Old addresses that keep working.

    PyHookTranslateName site_rewrite:old_urls
"""

from __future__ import annotations

from pyhook import DECLINED, HTTPError, Request

PLACES = {
    "httpd": "https://httpd.apache.org/docs/2.4/",
    "python": "https://docs.python.org/3/",
    "wsgi": "https://peps.python.org/pep-3333/",
}


def old_urls(req: Request) -> int:
    """translate_name: /manual/<package>/… is served from /usr-doc/<package>/…, /go/<name> redirects."""
    if req.uri.startswith("/manual/"):
        req.uri = "/usr-doc/" + req.uri.removeprefix("/manual/")
    elif req.uri.startswith("/go/"):
        name = req.uri.removeprefix("/go/")
        if name not in PLACES:
            raise HTTPError(404, f"nothing is called {name!r}")
        raise HTTPError(302, headers={"Location": PLACES[name]})
    # Which file it is stays httpd's business: an Alias, or the DocumentRoot.
    return DECLINED
