"""The settings of a small site: the admin, SQLite, uploads into a directory."""

from __future__ import annotations

import os

PLACE = os.environ["ATTIC_PLACE"]

SECRET_KEY = "of a test only"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "attic.urls"
USE_TZ = True
TIME_ZONE = "Pacific/Chatham"
STATIC_URL = "/attic/static/"
MEDIA_ROOT = os.path.join(PLACE, "media")
FILE_UPLOAD_MAX_MEMORY_SIZE = 100_000
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.path.join(PLACE, "attic.sqlite")}}
INSTALLED_APPS = [
    "attic",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
]
MIDDLEWARE = [
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
