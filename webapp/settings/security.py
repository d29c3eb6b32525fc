"""Content Security Policy, cookies and transport."""

from __future__ import annotations

import re

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from webapp.settings.env import env

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
# The single-page app reads the CSRF token from its cookie and sends it back in a header.
CSRF_COOKIE_HTTPONLY = False
CSRF_FAILURE_VIEW = "webapp.api.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

# Where images in datasets may be loaded from, besides those the datasets hold themselves. None by default: whoever
# serves an image learns the address of each annotator who sees it and when, and whoever writes a dataset chooses who.
IMAGE_SOURCES = env.list("PLUMBLINE_IMAGE_SOURCES", default=[])
for _source in IMAGE_SOURCES:
    if not re.fullmatch(r"https:|https?://(\*\.)?[A-Za-z0-9.-]+(:\d+)?/?", _source):
        raise ImproperlyConfigured(
            f"PLUMBLINE_IMAGE_SOURCES holds “{_source}”, which is no source of images; list servers such as "
            "https://images.example.org, or https: for all of them."
        )

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "style-src-elem": [SELF, NONCE],
        # KaTeX and uPlot place glyphs and axes with style attributes; attributes cannot load anything.
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:", "blob:", *IMAGE_SOURCES],
        "font-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
