from __future__ import annotations

import pyhook


def compute(req: pyhook.Request) -> str:
    import numpy

    return f"{req.interpreter} {int(numpy.arange(10).sum())}\n"


def seal(req: pyhook.Request) -> str:
    from cryptography.fernet import Fernet

    key = Fernet(Fernet.generate_key())
    return key.decrypt(key.encrypt(b"sealed\n")).decode()


def render(req: pyhook.Request) -> str:
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure(TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}])
        django.setup()
    from django.template import engines

    return str(engines["django"].from_string("{{ name|upper }}\n").render({"name": "django"}))
