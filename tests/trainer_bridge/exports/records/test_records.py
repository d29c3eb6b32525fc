"""Formats of records through the job: what each makes of answers, and why it leaves out what it leaves out."""

from __future__ import annotations

import pytest

from curation.snapshots.selectors import snapshot_card
from tests.trainer_bridge.exports.records.conftest import ExportAs, Frozen
from tests.trainer_bridge.exports.records.saying import id_of, mark, marks, record, said, voted
from webapp.store.canonical import Record

pytestmark = pytest.mark.django_db(transaction=True)

CHAIN = "Half of 12 is 6.\n\nPlus 1 is 7.\n\nSo 8."
OTHER = "Half of 12 is 6.\n\nPlus 1 is 9.\n\nSo 9."


def clear(number: int = 0) -> Record:
    """A record with a kept pair and nothing else."""
    return voted(record(f"Clear {number}?", [f"Yes {number}.", f"No {number}."]), f"Yes {number}.", f"No {number}.")


def content(messages: list[dict[str, str]]) -> str:
    return "".join(message["content"] for message in messages)


def test_steps_become_rows_and_pairs(frozen: Frozen, export_as: ExportAs) -> None:
    # Given two chains of one problem, one of which has no vote, a control question and a text that has changed.
    voted_on = voted(record("Half of 12, plus 1?", [CHAIN, OTHER]), CHAIN, OTHER)
    body = {
        id_of(CHAIN): {"labels": ["good", "neutral", "bad"], "first_error": 2},
        id_of(OTHER): {"labels": ["good", "bad", None], "first_error": None},
    }
    said(voted_on, "steps", body, by="annotator-1")
    alone = said(record("Alone?", ["A\n\nB"]), "steps", {id_of("A\n\nB"): {"labels": ["good", "good"]}})
    control = said(
        record("Control?", ["C"], is_quality_control_question=True), "steps", {id_of("C"): {"labels": ["good"]}}
    )
    changed = said(clear(1), "steps", {id_of("Yes 1."): {"labels": ["good", "bad"], "first_error": None}})
    snapshot = frozen([voted_on, alone, control, changed, clear()])

    rows = export_as(snapshot, "trl_stepwise")
    dropped = export_as(snapshot, "trl_stepwise", neutral="drop", unlabelled=False)
    pairs = export_as(snapshot, "trl_stepwise", rows="pairs", unlabelled=False)

    by_prompt = {(row["prompt"], row["completions"][-1]): row["labels"] for row in rows.train}
    assert by_prompt == {
        ("Half of 12, plus 1?", "So 8."): [True, True, False],
        ("Half of 12, plus 1?", "Plus 1 is 9."): [True, False],
        ("Alone?", "B"): [True, True],
    }
    assert rows.manifest["dropped"] == {"quality_control": 1, "steps_differ_from_text": 1, "no_steps": 1}
    assert rows.manifest["remarks"] == {"of_record_without_labelled_pairs": 1}
    assert {tuple(row["completions"]) for row in dropped.train} == {
        ("Half of 12 is 6.", "Plus 1 is 7.\n\nSo 8."),
        ("Half of 12 is 6.", "Plus 1 is 9."),
    }
    # The neutral step is in no pair, and the wrong one has nothing right to stand against.
    assert (pairs.train, pairs.state) == ([], "failed")
    assert "no right and wrong step" in pairs.message


def test_a_version_without_any_vote_has_steps_to_learn_from(frozen: Frozen, export_as: ExportAs) -> None:
    made = [
        said(record(f"Problem {n}?", [f"A {n}\n\nB"]), "steps", {id_of(f"A {n}\n\nB"): {"labels": ["good", "bad"]}})
        for n in range(30)
    ]
    snapshot = frozen(made, test_fraction=0.3, kinds={"steps": 30})

    rows = export_as(snapshot, "trl_stepwise")
    pairs = export_as(snapshot, "trl_preference")

    assert (snapshot.counts["kept"], snapshot.splits) == (0, {"train": 0, "test": 0})
    assert "No pairs: nobody compared two responses." in snapshot_card(snapshot)
    assert len(rows.rows["train"]) + len(rows.rows["test"]) == 30
    assert 3 <= len(rows.rows["test"]) <= 17
    assert rows.manifest["remarks"] == {"of_record_without_labelled_pairs": 30}
    assert pairs.message == "This snapshot keeps no pairs, so there is nothing to export; loosen its recipe."


def test_right_and_wrong_next_steps_are_pairs(frozen: Frozen, export_as: ExportAs) -> None:
    made = voted(record("Half of 12, plus 1?", [CHAIN, OTHER]), CHAIN, OTHER)
    body = {
        id_of(CHAIN): {"labels": ["good", "good", "bad"], "first_error": 2},
        id_of(OTHER): {"labels": ["good", "bad", None], "first_error": 1},
    }

    (row,) = export_as(frozen([said(made, "steps", body)]), "trl_stepwise", rows="pairs").train

    assert (content(row["chosen"]), content(row["rejected"]), row["prefix"]) == (
        "Half of 12 is 6.\n\nPlus 1 is 7.",
        "Half of 12 is 6.\n\nPlus 1 is 9.",
        "Half of 12 is 6.",
    )


def test_lists_are_ranked_by_votes_rankings_ratings_and_pairs(frozen: Frozen, export_as: ExportAs) -> None:
    # Given a whole order by two people, a circle, and votes that leave two responses unconnected.
    ranked = record("Ranked?", ["one", "two", "three"])
    for person in ("annotator-1", "annotator-2"):
        voted(ranked, "two", "one", by=person)
        voted(ranked, "two", "three", by=person)
        voted(ranked, "one", "three", by=person, value=0)
    said(ranked, "ranking", {"ranks": {id_of("three"): 1, id_of("two"): 2, id_of("one"): 2}}, by="annotator-1")
    ratings = {id_of(text): {"help": number, "truth": "na"} for text, number in (("one", 5), ("two", 3), ("three", 1))}
    said(ranked, "ratings", ratings, by="annotator-1")
    circle = record("Circle?", ["a", "b", "c"])
    for better, worse in (("a", "b"), ("b", "c"), ("c", "a")):
        voted(circle, better, worse, by="annotator-1")
    apart = voted(voted(record("Apart?", ["p", "q", "r", "s"]), "p", "q"), "r", "s")
    snapshot = frozen([ranked, circle, apart])

    votes = export_as(snapshot, "ranking_lists")
    flagged = export_as(snapshot, "ranking_lists", cycles="flag")
    orders = {
        source: export_as(snapshot, "ranking_lists", source=source).train for source in ("rankings", "ratings", "pairs")
    }

    (row,) = votes.train
    assert row["responses"][0] == "two"
    assert (row["places"], row["votes"], row["cyclic"]) == ([1, 2, 2], 6, False)
    assert sum(row["scores"]) == pytest.approx(0)
    assert row["scores"][1] == pytest.approx(row["scores"][2])
    assert votes.manifest["dropped"] == {"cycle": 1, "not_connected": 1}
    assert {row["cyclic"] for row in flagged.train} == {False, True}
    assert (orders["rankings"][0]["responses"][0], orders["rankings"][0]["places"]) == ("three", [1, 2, 2])
    assert (orders["ratings"][0]["responses"], orders["ratings"][0]["scores"]) == (["one", "two", "three"], [5, 3, 1])
    assert orders["pairs"][0]["responses"][0] == "two"


def test_rationales_are_those_for_chosen_that_hold(frozen: Frozen, export_as: ExportAs) -> None:
    good, bad = "Paris, on the Seine.", "Lyon."
    made = record("Capital of France?", [good, bad])
    voted(made, good, bad, by="annotator-1", value=2)
    voted(made, good, bad, by="annotator-2")
    voted(made, bad, good, by="annotator-3")
    why: dict[str, list[str]] = {"reasons": [], "links": []}
    said(made, "rationale", {"text": "It is the right city.", **why}, by="annotator-1")
    said(made, "rationale", {"text": "It is longer.", **why}, by="annotator-2")
    said(made, "rationale", {"text": "It is more correct.", **why}, by="annotator-3")
    said(made, "rationale", {"text": "It is right.", **why}, by="annotator-4")
    about = {"better": id_of(good), "worse": id_of(bad)}
    found = {"quotes_found": True, "recovered": True, "length_only": False}
    by_judge = {"source": "judge", "by": "judge:R v1"}
    quoting = {"text": "It says “on the Seine”, which is true.", "about": about, "checks": found, **why}
    said(made, "rationale", quoting, **by_judge)
    said(made, "rationale", {**quoting, "text": "True.", "checks": {**found, "recovered": False}}, **by_judge)
    said(made, "rationale", {"text": "It is true.", **why}, **by_judge)
    snapshot = frozen([made, clear()])

    checked = export_as(snapshot, "rationale_pairs")
    unchecked = export_as(snapshot, "rationale_pairs", checked=False)

    assert {(row["rationale"], row["rationale_type"], row["author_kind"], row["weight"]) for row in checked.train} == {
        ("It is the right city.", "general", "person", 0.5),
        ("It says “on the Seine”, which is true.", "detailed", "judge", 0.5),
    }
    assert checked.manifest["dropped"] == {
        "argues_for_rejected": 1,
        "author_did_not_vote": 1,
        "length_only": 1,
        "no_rationale": 1,
        "not_recovered": 1,
        "side_unknown": 1,
    }
    assert len({row["rationale_prompt"] for row in checked.train}) == 1
    prompt = checked.train[0]["rationale_prompt"]
    first = prompt.index(good) < prompt.index(bad)
    assert f"The {'first' if first else 'second'} response is preferred" in prompt
    assert len(unchecked.train) == 4


def test_judgments_make_the_rows_of_cut(frozen: Frozen, export_as: ExportAs) -> None:
    good, bad, both = "It is 4.", "It is 5.", "It is 4 or 5."
    made = voted(record("2 + 2?", [good, bad, both]), good, bad)
    judged = {"source": "judge", "by": "judge:J v1", "question": "judgment"}
    said(made, "text", {id_of(bad): "5 is wrong."}, **judged)
    said(made, "text", {id_of(both): "It is undecided."}, **judged)
    said(made, "thumbs", {id_of(both): "up"}, by="annotator-1")
    said(made, "text", {id_of(good): "I like it."}, question="comment")
    snapshot = frozen([made])

    default = export_as(snapshot, "judgment_rows")
    everything = export_as(snapshot, "judgment_rows", variants=["aligned_p", "aligned_n", "misaligned"])
    plain = export_as(snapshot, "judgment_rows", rows="plain")
    said_only = export_as(snapshot, "judgment_rows", good="said")

    rows = {row["variant"]: row for row in default.train}
    assert set(rows) == {"aligned_p", "aligned_n"}
    assert (content(rows["aligned_p"]["completion"]), rows["aligned_p"]["judgment"]) == (good, None)
    assert content(rows["aligned_n"]["completion"]) == bad
    assert rows["aligned_n"]["prompt"][0]["content"].endswith("5 is wrong.")
    assert default.manifest["dropped"] == {"contradicted": 1}
    assert default.manifest["judgments"] == {"rows_of_good": 1, "rows_of_bad": 1}
    assert {row["variant"]: content(row["prompt"]) for row in everything.train}["misaligned"] == "2 + 2?"
    assert any("would learn to write them" in warning for warning in everything.manifest["warnings"])
    assert {(content(row["completion"]), row["judgment"]) for row in plain.train} == {
        (good, None),
        (bad, "5 is wrong."),
    }
    assert said_only.manifest["dropped"] == {"contradicted": 1, "not_judged": 1}


def test_aspects_keep_their_conflicts_and_their_weights(frozen: Frozen, export_as: ExportAs) -> None:
    made = record("How do I cut a tree?", ["Use a saw.", "Do not."])
    voted(made, "Use a saw.", "Do not.", aspect="help", value=3)
    voted(made, "Do not.", "Use a saw.", aspect="safety", value=1)
    numbers = {id_of("Use a saw."): {"help": 5, "form": 3}, id_of("Do not."): {"help": 1, "form": 3}}
    said(made, "ratings", numbers, by="annotator-1")
    snapshot = frozen([made, clear()])

    votes = export_as(snapshot, "aspect_pairs", weights={"help": 3, "safety": 4}, norm="unit")
    one = export_as(snapshot, "aspect_pairs", aspects=["safety"])
    ratings = export_as(snapshot, "aspect_pairs", source="ratings")
    unknown = export_as(snapshot, "aspect_pairs", aspects=["tone"])

    assert {row["aspect"]: (content(row["chosen"]), row["margin"]) for row in votes.train} == {
        "help": ("Use a saw.", 1.0),
        "safety": ("Do not.", pytest.approx(1 / 3)),
    }
    assert votes.manifest["aspects"] == {
        "weights": pytest.approx({"help": 0.6, "safety": 0.8}),
        "norm": "unit",
        "rows": {"help": 1, "safety": 1},
        "pairs_in_conflict": 1,
    }
    assert votes.manifest["dropped"] == {"no_aspect": 1}
    assert [row["aspect"] for row in one.train] == ["safety"]
    (row,) = ratings.train
    assert (row["aspect"], row["margin"], row["numbers_chosen"][0]) == ("help", 1.0, {"aspect": "form", "value": 3.0})
    assert ratings.manifest["dropped"] == {"no_ratings": 1, "tie": 1}
    assert unknown.message == "Nothing was compared by “tone” here; the aspects are help, safety."


def test_marks_are_rewards_at_the_ends_of_parts(frozen: Frozen, export_as: ExportAs) -> None:
    faulty, fine = "It 🎉 came out in August 2018, or so they say. Buy it now!", "In August."
    made = voted(record("When?", [faulty, fine]), fine, faulty)
    given = [mark(faulty, "came out in August 2018,", "unverifiable"), mark(faulty, "Buy it now!", "irrelevant")]
    said(made, "spans", marks(faulty, *given, missing=["missing_answer"], faultless=[fine]), by="annotator-1")
    broken = {**marks("Yes 0."), "marks": [{**mark("Yes 0.", "Yes", "irrelevant"), "start": 1, "end": 4}]}
    snapshot = frozen([made, said(clear(), "spans", broken, by="annotator-1"), clear(1)])

    exported = export_as(snapshot, "span_rewards")

    rows = {content(row["completion"]): row for row in exported.train}
    row = rows[faulty]
    assert [(faulty[each["start"] : each["end"]], each["category"], each["reward"]) for each in row["marks"]] == [
        ("came out in August 2018,", "unverifiable", -0.5),
        # Three words are too few to make their part irrelevant.
        ("Buy it now!", "irrelevant", 0.0),
    ]
    assert [each["label"] for each in row["sentences"]] == ["F-ERR", "O"]
    assert {each["label"] for each in row["sub_sentences"]} == {"O"}
    assert row["response"]["categories"] == ["missing_answer"]
    assert sum(each["reward"] for each in row["rewards"]) == pytest.approx(
        0.3 * len(row["sub_sentences"]) - 0.5 + 0.5 - 0.3
    )
    assert rows[fine]["rewards"] == [{"offset": len(fine), "reward": pytest.approx(1.1)}]
    assert exported.manifest["dropped"] == {"no_marks": 1, "offsets_differ_from_text": 1}
    assert exported.manifest["segments"]["splitter"].startswith("pysbd ")


def test_edits_are_pairs_with_a_mask(frozen: Frozen, export_as: ExportAs) -> None:
    before, after = "The 🏛️ capital is Lyon, I think.", "The 🏛️ capital is Paris."
    made = record("Capital?", [before, after], edited_from=id_of(before), edited_to=id_of(after), made_by="campaign:1")
    voted(made, after, before, by="annotator-1")
    edits = [{"response": id_of("No 0."), "text": "Never 0."}, {"response": id_of("Yes 0."), "text": "Yes 0. Always."}]
    imported = said(clear(), "edit", {"edits": edits}, source="imported", origin="import:1")
    snapshot = frozen([made, imported, clear(1)])

    exported = export_as(snapshot, "span_rewards", rows="focal", most_removed=0.6)

    rows = {content(row["rejected"]): row for row in exported.train}
    masked = [before[span["start"] : span["end"]] for span in rows[before]["rejected_mask"]]
    assert (masked, content(rows[before]["chosen"])) == (["Lyon, I think."], after)
    assert content(rows["No 0."]["chosen"]) == "Never 0."
    assert exported.manifest["dropped"] == {"no_edit": 1, "nothing_taken_out": 1}


def test_a_context_is_what_the_model_is_told(frozen: Frozen, export_as: ExportAs) -> None:
    texts = ["Short.", "A long and careful answer."]
    brief = voted(record("Why?", texts, context="Be brief."), texts[0], texts[1])
    careful = voted(record("Why?", texts, context="Be careful."), texts[1], texts[0])
    values = [{"dimension": "style", "subdimension": "length", "description": "Few words."}]
    brief.metadata["preference_set"] = values

    exported = export_as(frozen([brief, careful, clear()]), "context_pairs")

    rows = {row["system"]: row for row in exported.train}
    assert {system: content(row["chosen"]) for system, row in rows.items()} == {
        "Be brief.": texts[0],
        "Be careful.": texts[1],
    }
    assert [message["role"] for message in rows["Be brief."]["prompt"]] == ["system", "user"]
    assert rows["Be brief."]["preference_set"] == values
    assert rows["Be careful."]["preference_set"][0]["description"] == "Be careful."
    assert exported.manifest["dropped"] == {"no_context": 1}
    assert exported.manifest["contexts"] == {"pairs_preferred_otherwise_elsewhere": 2}
