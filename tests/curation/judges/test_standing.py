"""What a judge may do where nothing was measured, or nothing can be asked."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError

import pytest
from rest_framework.test import APIClient

from curation.judges import models_of
from curation.models import Judge

pytestmark = pytest.mark.django_db


def test_a_judge_that_nobody_checked_may_draft(client: APIClient, make_judge: Callable[..., Judge]) -> None:
    found = client.get(f"/api/judges/{make_judge().pk}/").json()

    assert found["problem"] == ""
    assert (found["standing"]["may_label"], found["standing"]["trust"]) == (False, None)
    assert found["standing"]["rule"].startswith("Nobody has checked it")


def test_a_judge_whose_model_is_gone_says_so_though_it_was_never_checked(
    client: APIClient, make_judge: Callable[..., Judge], monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = make_judge()

    def gone(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(models_of, "version", gone)
    found = client.get(f"/api/judges/{judge.pk}/").json()

    assert "is not installed here" in found["problem"]
    assert found["standing"]["rule"] == found["problem"]
    assert found["standing"]["may_label"] is False
