"""Mercurial's repositories below a directory, which everyone may push to."""

import os

from mercurial.hgweb import hgweb

application = hgweb(os.fsencode(os.path.join(os.environ["HGWEB_PLACE"], "hgweb.config")))
