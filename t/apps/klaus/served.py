"""One git repository behind klaus, which shows it to people, and dulwich, which talks to git.

klaus can put dulwich before itself, but klaus 2.0.3 hands it a repository that dulwich can't read.
"""

from __future__ import annotations

import os

import klaus
from dulwich.repo import Repo
from dulwich.server import DictBackend
from dulwich.web import make_wsgi_chain


def make():
    repository = os.path.join(os.environ["KLAUS_PLACE"], "attic.git")
    pages = klaus.make_app([repository], "the attic")
    return make_wsgi_chain(DictBackend({"/attic": Repo(repository)}), fallback_app=pages)
