"""Mercurial's repositories below a directory, which everyone may push to."""

import os

from mercurial import demandimport

demandimport.enable()

from mercurial.hgweb import hgweb  # noqa: E402

application = hgweb(os.fsencode(os.path.join(os.environ["HGWEB_PLACE"], "hgweb.config")))
