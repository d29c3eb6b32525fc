"""Ready-made forms, by name."""

from __future__ import annotations

from typing import Any

TEMPLATES: dict[str, list[dict[str, Any]]] = {
    "pairwise": [
        {
            "name": "preference",
            "type": "pairwise",
            "title": "Which is better?",
            "steps": 7,
            "tie": True,
            "both_bad": True,
            "required": True,
            "aspect": None,
        },
        {"name": "reason", "type": "text", "title": "Why?", "required": False, "max_chars": 4000},
    ],
}
