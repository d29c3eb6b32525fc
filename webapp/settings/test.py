"""Tests: cheap password hashes, a throw-away store, everything else as in production."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

from webapp.settings.base import *  # noqa: F403
from webapp.settings.base import DATABASES

SECRET_KEY = "test-key-which-protects-nothing"  # noqa: S105
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
_store = tempfile.mkdtemp(prefix="plumbline-test-store-")
atexit.register(shutil.rmtree, _store, ignore_errors=True)
STORE_URL = f"file://{_store}"
STATIC_ROOT = Path(_store) / "static"
STATIC_ROOT.mkdir()
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["*"]
AXES_ENABLED = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATABASES = {"default": {**DATABASES["default"], "ENGINE": "testsupport.postgres"}}
