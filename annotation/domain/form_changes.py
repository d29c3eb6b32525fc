"""Which answers to one version of a form still mean the same, and are still valid, under the next.

Wording may change freely: titles, descriptions, what numbers stand for, the order of options. So may whether a
question must be answered: that is a matter of completeness, which `domain.forms` checks with all answers at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from annotation.domain.forms import FormError, validate_answers
from annotation.domain.items import ItemView

CARRIES = "carries"
ASKED_AGAIN = "asked again: "

Question = Mapping[str, Any]
# What the part was, what it is → why earlier answers cannot be kept, or None.
Rule = Callable[[Any, Any], str | None]


def carry_over_of(old: Sequence[Question], new: Sequence[Question]) -> dict[str, str]:
    """Name of each question of both versions → `carries`, or `asked again: ` and the reason.

    Both versions have their defaults filled in. A question carries over when every answer that was valid for it
    stays so, with the same meaning.
    """
    before = {question["name"]: question for question in old}
    verdicts: dict[str, str] = {}
    for question in new:
        if question["name"] in before:
            reason = _reason(before[question["name"]], question) or _unsettled(question, verdicts)
            verdicts[question["name"]] = CARRIES if reason is None else ASKED_AGAIN + reason
    return verdicts


def _reason(old: Question, new: Question) -> str | None:
    if old["type"] != new["type"]:
        return f"it was a {old['type']} question and is a {new['type']} question now"
    rules = _RULES.get(new["type"], {})
    for part in sorted(old.keys() | new.keys()):
        reason = rules.get(part, _COMMON.get(part, _same))(old.get(part), new.get(part))
        if reason is not None:
            return f"“{part}” {reason}"
    return None


def _unsettled(question: Question, verdicts: Mapping[str, str]) -> str | None:
    """Whether a question is asked at all may hang on answers that are given anew."""
    for condition in question.get("show_if") or ():
        others = [condition["question"]]
        if condition["test"] == "differs_from":
            others.append(condition["value"])
        for other in others:
            if verdicts.get(other) != CARRIES:
                return f"whether it is shown depends on “{other}”, which is asked again"
    return None


def _free(old: Any, new: Any) -> str | None:
    return None


def _same(old: Any, new: Any) -> str | None:
    return None if old == new else "has changed"


def _still_offered(old: Any, new: Any) -> str | None:
    return "is not offered any more" if old and not new else None


def _not_lower(old: Any, new: Any) -> str | None:
    return "is lower than it was" if new < old else None


def _not_higher(old: Any, new: Any) -> str | None:
    return "is higher than it was" if new > old else None


def _shown_as_before(old: Any, new: Any) -> str | None:
    return None if not new or old == new else "has changed, so some earlier answers might not be asked for"


def _word_boundaries(old: Any, new: Any) -> str | None:
    return "does not allow marks within words any more" if (old, new) == ("character", "word") else None


def _kept_entries(key: str, entry_rule: Callable[[Question, Question], str | None]) -> Rule:
    """Entries may be added, moved and renamed for the eye; none may go, and what each allows must be kept."""

    def rule(old: Any, new: Any) -> str | None:
        now = {entry[key]: entry for entry in new}
        for entry in old:
            if entry[key] not in now:
                return f"has no “{entry[key]}” any more"
            reason = entry_rule(entry, now[entry[key]])
            if reason is not None:
                return f"has another “{entry[key]}”: {reason}"
        return None

    return rule


def _scale(old: Question, new: Question) -> str | None:
    same = all(old.get(part) == new.get(part) for part in ("low", "high"))
    return None if same else "its scale has changed"


def _aspect(old: Question, new: Question) -> str | None:
    criteria, now = old.get("criteria") or [], new.get("criteria") or []
    if bool(criteria) != bool(now):
        return "it is rated by other criteria"
    return _scale(old, new) or _kept_entries("name", _scale)(criteria, now)


def _mark(old: Question, new: Question) -> str | None:
    if old.get("density") != new.get("density"):
        return "it marks other stretches of text"
    if old["evidence"] not in ("none", new["evidence"]):
        return "it takes other evidence"
    return "it needs evidence now" if new.get("evidence_required") and not old.get("evidence_required") else None


_COMMON: dict[str, Rule] = {
    "title": _free,
    "description": _free,
    "required": _free,
    "required_if": _free,
    "show_if": _shown_as_before,
}
# A part without a rule must stay as it is.
_RULES: dict[str, dict[str, Rule]] = {
    "pairwise": {"tie": _still_offered, "both_bad": _still_offered},
    "ranking": {"ties": _still_offered, "partial": _still_offered, "not_rankable": _still_offered},
    "ratings": {"na": _still_offered, "aspects": _kept_entries("name", _aspect)},
    "spans": {
        "categories": _kept_entries("name", _mark),
        "omissions": _kept_entries("name", _mark),
        "severities": _kept_entries("name", _free),
        "notes": _still_offered,
        "boundaries": _word_boundaries,
        "prompt_turns": _still_offered,
    },
    "rationale": {
        "reasons": _kept_entries("value", _free),
        "min_chars": _not_higher,
        "max_chars": _not_lower,
        "links": _still_offered,
    },
    # How many responses must be edited is a matter of completeness, and where changes are offered is one of display.
    "edit": {"which": _free, "marks_into": _free},
    "steps": {"neutral": _still_offered, "first_error": _still_offered},
    "choice": {"options": _kept_entries("value", _free)},
    "text": {"max_chars": _not_lower},
}


def carried_answers(
    answers: Mapping[str, Any], questions: Sequence[Question], steps: Sequence[Sequence[str]]
) -> dict[str, Any]:
    """The answers to these questions that every step carried over, in the form's order.

    A step is the list of names that one later version of the form carries over.
    """
    names = [question["name"] for question in questions]
    return {name: answers[name] for name in names if name in answers and all(name in step for step in steps)}


def fulfils(questions: Sequence[Question], answers: Mapping[str, Any], item: ItemView) -> bool:
    """Tell whether answers that were carried over leave no required question open."""
    kept = dict(answers)
    while True:
        try:
            validate_answers(questions, kept, item)
        except FormError as error:
            unusable = {path.removeprefix("answers.") for path in error.fields} & kept.keys()
            if not unusable:
                # Nothing at all was answered, and nothing has to be.
                return set(error.fields) == {"answers"}
            # No longer asked for, or not complete enough any more: then it counts as no answer.
            kept = {name: answer for name, answer in kept.items() if name not in unusable}
        else:
            return True
