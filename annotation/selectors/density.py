"""Marks of a feedback as training would see them."""

from __future__ import annotations

from typing import Any

from annotation.domain.density import density_of, splitter_name
from annotation.domain.items import ItemView
from annotation.domain.questions.spans import targets_of
from annotation.models import Feedback


def feedback_density(feedback: Feedback) -> dict[str, Any]:
    """`{"splitter", "questions": {name: {target: density}}}` for every spans question that was answered.

    See `annotation.domain.density.density_of` for what a density holds.
    """
    item = ItemView(feedback.item.responses, feedback.item.prompt, feedback.item.materials or {})
    return {
        "splitter": splitter_name(),
        "questions": {
            question["name"]: {
                target: density_of(question, feedback.answers[question["name"]], target, item.text_of(target) or "")
                for target in targets_of(question, item)
            }
            for question in feedback.form_version.questions
            if question["type"] == "spans" and question["name"] in feedback.answers
        },
    }
