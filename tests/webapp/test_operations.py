"""Health, readiness, metrics, the app shell, and the headers on everything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from webapp.accounts.models import User

pytestmark = pytest.mark.django_db


def test_healthz_needs_nothing(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_readyz_names_what_is_missing(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "database": "ok",
        "broker": "ok",
        "queues": {"default": 0, "ml": 0, "train": 0},
    }


def test_metrics_are_prometheus_text(client: Client) -> None:
    answer = client.get("/metrics")

    assert answer.status_code == 200
    assert b"# TYPE plumbline_jobs gauge" in answer.content


def test_unknown_api_addresses_answer_in_our_shape(client: Client) -> None:
    answer = client.get("/api/nothing/")

    assert (answer.status_code, answer.json()["type"]) == (404, "not_found")


def test_pages_send_strangers_to_sign_in(client: Client) -> None:
    answer = client.get("/projects/3/datasets")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/?next=/projects/3/datasets")


def test_the_app_shell_carries_a_nonce_and_a_strict_policy(
    client: Client, admin: User, settings: Any, tmp_path: Path
) -> None:
    (tmp_path / "index.html").write_text('<meta name="csp-nonce" content="__CSP_NONCE__">')
    settings.FRONTEND_DIST = tmp_path
    client.force_login(admin, backend="allauth.account.auth_backends.AuthenticationBackend")

    answer = client.get("/projects")

    policy = answer.headers["Content-Security-Policy"]
    nonce = answer.content.decode().partition('content="')[2].partition('"')[0]
    assert len(nonce) > 10
    assert f"'nonce-{nonce}'" in policy
    assert "script-src 'self';" in policy + ";"
    assert "unsafe-eval" not in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_images_come_from_nowhere_else_unless_their_servers_are_named() -> None:
    def image_sources(named: str | None) -> str:
        code = "from django.conf import settings; print(settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['img-src'])"
        given = {**os.environ, **({} if named is None else {"PLUMBLINE_IMAGE_SOURCES": named})}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=given)
        return done.stdout.strip() or done.stderr.strip().splitlines()[-1]

    assert image_sources(None) == """["'self'", 'data:', 'blob:']"""
    assert image_sources("https://images.example.org,https://*.example.net").endswith(
        "'https://images.example.org', 'https://*.example.net']"
    )
    for wrong in ("*", "javascript:", "images.example.org", "https://a.org; script-src *", "'unsafe-inline'"):
        assert "which is no source of images" in image_sources(wrong)


def test_api_answers_are_never_cached(client: Client) -> None:
    assert client.get("/api/me/").headers["Cache-Control"] == "no-store"


def test_the_web_process_never_loads_torch() -> None:
    code = (
        "import django, sys, json; django.setup(); import webapp.urls, webapp.wsgi; "
        "from django.urls import get_resolver; get_resolver().url_patterns; "
        "heavy = {'torch', 'transformers', 'trl', 'peft', 'sentence_transformers', 'datasets'}; "
        "print(json.dumps(sorted(heavy & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert json.loads(done.stdout.strip().splitlines()[-1]) == []
