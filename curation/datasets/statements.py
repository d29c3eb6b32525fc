"""What people said in a campaign, as labels and annotations of records, and as records of their own where they edited.

Everything comes out the same however often it is asked for: in the order of records, annotators and questions, under
pseudonyms, with masks undone, and without a word about which response stood on which side.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from annotation.domain.materials import KEYS
from annotation.selectors.answers import CurrentAnswers, current_answers
from annotation.selectors.votes import current_votes, label_of
from curation.datasets.pseudonyms import pseudonyms_for
from curation.datasets.unmasking import Unmasking
from webapp.store.canonical import (
    ANNOTATION_KINDS,
    Annotation,
    Label,
    Record,
    Response,
    make_annotation,
    make_label,
    record_id_of,
    response_id_of,
)

# How sure an edit makes us that its text is better: the least there is, since nobody was asked how much better.
EDIT_VALUE, EDIT_STRENGTH = 1, 1.0


class Campaign(NamedTuple):
    """Whose statements, and up to which feedback."""

    id: int
    project_id: int
    up_to: int

    @property
    def origin(self) -> str:
        return f"campaign:{self.id}"


class Statement(NamedTuple):
    """One person's answers to one item, with the votes in them."""

    given: CurrentAnswers
    annotator: str
    votes: list[Label]


class Edit(NamedTuple):
    """A response as somebody would have it. `original` is the id of the response it began as."""

    original: str
    text: str
    characters: int
    words: int


def statements_about(campaign: Campaign, record_ids: Sequence[str], *, of_bases: bool = False) -> list[Statement]:
    """The statements about items that are some records, or with `of_bases` about items made from them."""
    answers = list(
        current_answers(campaign_id=campaign.id, record_ids=record_ids, up_to=campaign.up_to, of_bases=of_bases)
    )
    if not answers:
        return []
    numbers = pseudonyms_for(project_id=campaign.project_id, user_ids=(given.annotator_id for given in answers))
    named = sorted({given.record_id for given in answers})
    votes: defaultdict[int, list[Label]] = defaultdict(list)
    for vote in current_votes(campaign_id=campaign.id, record_ids=named, up_to=campaign.up_to):
        label = label_of(vote, campaign_id=campaign.id)
        name = _name(numbers[vote.annotator_id], simulated=vote.is_simulated)
        facts = (label.a, label.b, label.value, label.outcome, label.source, label.strength, label.aspect)
        votes[vote.feedback_id].append(Label(*facts, name, label.origin))
    return [
        Statement(
            given, _name(numbers[given.annotator_id], simulated=given.is_simulated), votes.get(given.feedback_id, [])
        )
        for given in answers
    ]


def _name(number: int, *, simulated: bool) -> str:
    return f"{'simulated' if simulated else 'annotator'}-{number}"


def needs_texts(statement: Statement) -> bool:
    """Tell whether a statement can only be understood beside the texts of its record."""
    return bool(statement.given.masked) or any(True for _ in _answers(statement, ("edit",)))


def annotations_of(statement: Statement, record: Record | None, origin: str) -> list[Annotation]:
    """All answers but votes, as they were stored. `record` is only needed where `needs_texts`."""
    unmasking = _unmasking(statement, record)
    return [
        make_annotation(
            kind,
            name,
            body,
            target=_target(kind, body),
            annotator=statement.annotator,
            source="human",
            origin=origin,
        )
        for kind, name, answer in _answers(statement, ANNOTATION_KINDS)
        for body in [unmasking.answer(kind, answer)]
    ]


def _answers(statement: Statement, kinds: Sequence[str]) -> Iterator[tuple[str, str, Any]]:
    """Kind, question and answer, in the order of the form."""
    for question in statement.given.questions:
        if question["type"] in kinds and question["name"] in statement.given.answers:
            yield question["type"], question["name"], statement.given.answers[question["name"]]


def _unmasking(statement: Statement, record: Record | None) -> Unmasking:
    originals = {response.response_id: response.content for response in record.responses} if record else {}
    return Unmasking(statement.given.masked, originals)


def _target(kind: str, body: Any) -> str | None:
    """The one text an answer is about; None where it is about several, or about the item."""
    targets: set[str] = set()
    if kind == "spans":
        targets = {part["target"] for part in (*body["marks"], *body["omissions"])} | set(body["no_error"])
    elif kind == "edit":
        targets = {edit["response"] for edit in body["edits"]}
    elif kind in ("ratings", "thumbs", "steps", "choice", "text") and isinstance(body, Mapping):
        targets = set(body) - {"item"}
    return targets.pop() if len(targets) == 1 else None


def edits_of(statement: Statement, record: Record) -> list[Edit]:
    unmasking = _unmasking(statement, record)
    known = {response.response_id for response in record.responses}
    return [
        Edit(edit["response"], edit["text"], edit["characters"], edit["words"])
        for kind, _, answer in _answers(statement, ("edit",))
        for edit in unmasking.answer(kind, answer)["edits"]
        if edit["response"] in known
    ]


def edited_response(edit: Edit, record: Record) -> Response:
    images = next(response.images for response in record.responses if response.response_id == edit.original)
    return Response(response_id_of(edit.text, images), edit.text, images=images)


def edit_labels(edit: Edit, edited_id: str, statement: Statement, origin: str) -> list[Label]:
    """Edited over original; and where the original was preferred to another response, over that one too.

    The votes themselves are repeated, so that the record tells the whole order: edited > original > other. The edited
    text is better than the other one by at least as much as the original is.
    """
    facts = {"source": "human", "annotator": statement.annotator, "origin": origin}
    labels = [make_label(edit.original, edited_id, EDIT_VALUE, strength=EDIT_STRENGTH, **facts)]
    for vote in statement.votes:
        if vote.value and vote.aspect is None:
            better, worse = (vote.b, vote.a) if vote.value > 0 else (vote.a, vote.b)
            if better == edit.original:
                labels += [vote, make_label(worse, edited_id, abs(vote.value), strength=vote.strength, **facts)]
    return labels


def edited_record(edit: Edit, record: Record, statement: Statement, origin: str) -> Record | None:
    """A record of all the responses and the edited one; None when the edited text is one of them already."""
    response = edited_response(edit, record)
    ids = [each.response_id for each in record.responses]
    if response.response_id in ids:
        return None
    materials = {key: record.metadata[key] for key in KEYS if key in record.metadata}
    made = {
        "edited_from": edit.original,
        "edited_to": response.response_id,
        "base_record_id": record.record_id,
        "characters": edit.characters,
        "words": edit.words,
        "annotator": statement.annotator,
        "made_by": origin,
    }
    return Record(
        record_id_of(record.prompt, [*ids, response.response_id], record.context),
        record.prompt,
        sorted([*record.responses, response], key=lambda each: each.response_id),
        edit_labels(edit, response.response_id, statement, origin),
        record.context,
        {**materials, **made},
    )


def under_context(base: Record, given: CurrentAnswers) -> Record:
    """The record that an item under another context is, without any labels yet."""
    return Record(given.record_id, base.prompt, base.responses, [], given.context, base.metadata)
