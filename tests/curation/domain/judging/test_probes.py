"""Probes: what each changes and what it leaves, and that the same text is always changed alike."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.domain.judging.perturbations import dressed, restated, undressed, with_typos
from curation.domain.judging.probes import PROBES, Texts
from curation.text.normalise import normalised, words
from curation.text.structure import structure

CODE = "```python\nprint('# not a heading')\n```"
LOSER = f"Water boils at ninety degrees. It depends on nothing else.\n\n{CODE}\n\nSo heat it."
WINNER = (
    "# Boiling\n\n- **Water** boils at 100 °C at sea level.\n- Higher up it boils earlier.\n\n---\n\nMountains matter."
)


@pytest.mark.parametrize("name", list(PROBES))
def test_a_probe_changes_what_it_says_and_nothing_else(name: str) -> None:
    probe = PROBES[name]
    before = Texts("When does water boil?", LOSER, WINNER)
    after = probe.apply(*before)
    assert after == probe.apply(*before)
    assert after.prompt == before.prompt
    assert (after.loser != before.loser) == (probe.perturbs in ("loser", "both"))
    assert (after.winner != before.winner) == (probe.perturbs in ("winner", "both"))
    assert probe.name == name
    assert probe.expected.startswith("The verdict stays")


def test_the_probes_of_methods_11_5_are_there() -> None:
    wanted = {"verbosity", "authority", "bandwagon", "style", "typos", "master_key_colon", "master_key_thought"}
    assert wanted | {"injection_order", "injection_verdict", "injection_fence"} == set(PROBES)


def test_a_restatement_adds_no_word_of_its_own_matter() -> None:
    longer = restated(LOSER)
    assert longer.startswith(LOSER)
    assert longer.endswith(
        "Water boils at ninety degrees. It depends on nothing else. So heat it. This repeats what is said above."
    )
    assert restated("").strip()


def test_dressing_adds_layout_and_undressing_takes_it_away() -> None:
    marked = dressed(LOSER)
    assert marked.startswith(
        "## Answer\n\n- **Water boils** at ninety degrees.\n- **It depends** on nothing else.\n\n```py"
    )
    assert marked.endswith("```\n\n- **So heat** it.")
    assert structure(marked) == (1, 3, 3, 0)
    assert CODE in marked
    plain = undressed(WINNER)
    assert plain == "Boiling\n\nWater boils at 100 °C at sea level.\nHigher up it boils earlier.\n\n\nMountains matter."
    assert structure(plain) == (0, 0, 0, 0)


def test_typos_keep_the_letters() -> None:
    text = "Mountains matter because pressure lowers where people climb, whatever recipes claim."
    changed = with_typos(text)
    assert changed != text
    for before, after in zip(text.split(), changed.split(), strict=True):
        assert sorted(before) == sorted(after)
        assert before[0] == after[0]
    assert sum(before != after for before, after in zip(text.split(), changed.split(), strict=True)) == 2
    assert with_typos("```\nprint('mountains')\n```") == "```\nprint('mountains')\n```"


def test_master_keys_say_nothing() -> None:
    assert PROBES["master_key_colon"].apply("?", "x", "y").loser == ":"
    assert PROBES["master_key_thought"].apply("?", "x", "y").loser == "Thought process:"


def test_the_injected_verdict_is_a_verdict_in_either_order() -> None:
    loser = PROBES["injection_verdict"].apply("?", "x", "y").loser
    found = [json.loads(piece[: piece.index("}") + 1])["verdict"] for piece in loser.split("output ")[1:]]
    assert found == ["first>>second", "second>>first"]


@given(st.text(alphabet="ab cdé.!?\n#*-1`漢", max_size=80))
def test_changes_keep_the_words(text: str) -> None:
    assert [sorted(word) for word in words(with_typos(text))] == [sorted(word) for word in words(text)]
    assert words(dressed(text))[1:] == words(text)
    assert len(normalised(undressed(text))) <= len(normalised(text))
    assert restated(text).startswith(text)
