"""States of answers, and where a judge's model comes from."""

from __future__ import annotations

from django.db import models

JUDGE_LEVELS = ("pair", "response", "record")


class ModelSource(models.TextChoices):
    PACKAGED = "packaged", "Comes with the application"
    REGISTERED = "registered", "Registered model"
    ENDPOINT = "endpoint", "Endpoint"


class AnswerState(models.TextChoices):
    OK = "ok", "Answered"
    # Nothing came back, or nothing that can be read; kept to be looked at, asked again next time.
    FAILED = "failed", "Failed"
