"""Serve the built single-page app's one HTML file, with this response's CSP nonce filled in."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

NONCE_PLACE = "__CSP_NONCE__"
PUBLIC_PREFIXES = ("/invitations/",)


def _index_file() -> Path:
    """The collected page, which names the assets this server has; the built one where nothing was collected."""
    collected = Path(settings.STATIC_ROOT) / "app" / "index.html"
    return collected if collected.is_file() else settings.FRONTEND_DIST / "index.html"


@cache
def _index_html(path: Path, modified_ns: int) -> str:
    return path.read_text(encoding="utf-8")


@require_safe
@never_cache
@ensure_csrf_cookie
def single_page_app(request: HttpRequest) -> HttpResponse:
    """The app shell for signed-in people, and for those who open an invitation link."""
    if not request.user.is_authenticated and not request.path.startswith(PUBLIC_PREFIXES):
        return redirect_to_login(request.get_full_path())
    index = _index_file()
    if not index.is_file():
        return HttpResponse(
            "The front end has not been built yet. Run `npm ci && npm run build` in frontend/, or start with ./run.",
            status=503,
            content_type="text/plain",
        )
    html = _index_html(index, index.stat().st_mtime_ns).replace(NONCE_PLACE, str(request.csp_nonce))  # type: ignore[attr-defined]
    return HttpResponse(html)
