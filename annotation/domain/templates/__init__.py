"""Ready-made forms: one YAML file each, `{title, description, questions}`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from annotation.domain.forms import validate_questions

# In the order people are offered them.
NAMES = (
    "hh_pairwise",
    "helpsteer2",
    "ultrafeedback",
    "fine_grained",
    "ranking",
    "kto_thumbs",
    "prm_steps",
    "edit_to_pair",
    "mm_image_pairs",
    "safety",
)
# Names that were in use before.
ALIASES = {"pairwise": "hh_pairwise"}


class Template(NamedTuple):
    """`questions` have every default filled in."""

    name: str
    title: str
    description: str
    questions: list[dict[str, Any]]


@cache
def templates() -> dict[str, Template]:
    """Every template by name."""
    return {name: _read(name) for name in NAMES}


def template_named(name: str) -> Template | None:
    """A template by any name it has had."""
    return templates().get(ALIASES.get(name, name))


def _read(name: str) -> Template:
    content = yaml.safe_load((Path(__file__).parent / f"{name}.yaml").read_text(encoding="utf-8"))
    return Template(name, content["title"], content["description"], validate_questions(content["questions"]))
