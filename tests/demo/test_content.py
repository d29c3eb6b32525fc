"""The demo's content: enough of it, varied, and every record usable."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from statistics import correlation

import pytest

from demo.content import ContentError, DemoMessage, DemoRecord, DemoResponse, features, load_content


@pytest.fixture(scope="module")
def records() -> list[DemoRecord]:
    return load_content()


def test_there_are_enough_varied_prompts(records: list[DemoRecord]) -> None:
    domains = Counter(record.domain for record in records)

    assert len(records) >= 120
    assert len(domains) >= 6
    assert max(domains.values()) <= len(records) / 3
    assert all(2 <= len(record.responses) <= 4 for record in records)


def test_every_kind_of_text_is_there(records: list[DemoRecord]) -> None:
    found = Counter(feature for record in records for feature in features(record))

    wanted = {"code": 30, "latex": 25, "table": 10, "list": 30, "multi-turn": 35, "system": 20, "rtl": 8}
    assert {name: found[name] for name in wanted if found[name] < wanted[name]} == {}
    assert all(set(features(record)) <= set(record.tags) for record in records)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It costs $24 an hour, so $60 in all.", ()),
        ("```bash\necho $HOME_$USER\n```", ("code",)),
        ("So $x^2 = 4$.", ("latex",)),
        ("$$\na+b\n$$", ("latex",)),
        ("| a | b |\n|---|---|\n| 1 | 2 |", ("table",)),
        ("Two things:\n\n- one\n- two", ("list",)),
        ("One line\n- and a dash", ()),
        ("שלום", ("rtl",)),
    ],
)
def test_features_are_told_from_the_text(text: str, expected: tuple[str, ...]) -> None:
    record = DemoRecord("x", "d", (DemoMessage("user", "Go on."),), (DemoResponse(text, 0.5, "m", "Why."),))

    assert features(record) == expected


def test_every_reason_is_a_sentence_and_every_text_is_readable_in_a_minute(records: list[DemoRecord]) -> None:
    responses = [response for record in records for response in record.responses]
    words = [len(response.content.split()) for response in responses]

    # A reason cut short by a "#" or a ": " in its file has lost its full stop.
    assert [r.why for r in responses if r.why.rstrip('"”」')[-1] not in ".!?。।؟"] == []
    assert min(words) < 15
    assert 200 <= max(words) <= 260


def test_generators_differ_in_average_quality_but_none_always_wins(records: list[DemoRecord]) -> None:
    qualities: dict[str, list[float]] = {}
    best: Counter[str] = Counter()
    for record in records:
        best[max(record.responses, key=lambda response: response.quality).generator] += 1
        for response in record.responses:
            qualities.setdefault(response.generator, []).append(response.quality)
    averages = {name: sum(values) / len(values) for name, values in sorted(qualities.items())}

    assert list(averages) == [f"demo-model-{letter}" for letter in "abcd"]
    assert list(averages.values()) == sorted(averages.values(), reverse=True)
    assert 0.1 < 1 - best["demo-model-a"] / len(records) < 0.5


def test_nothing_is_there_twice(records: list[DemoRecord]) -> None:
    prompts = Counter(tuple((m.role, m.content) for m in record.prompt) for record in records)
    responses = Counter(response.content for record in records for response in record.responses)

    assert [prompt for prompt, count in prompts.items() if count > 1] == []
    assert [response for response, count in responses.items() if count > 1] == []


def test_quality_is_visibly_different_and_not_just_length(records: list[DemoRecord]) -> None:
    spreads, longest_best = [], 0
    for record in records:
        qualities = [response.quality for response in record.responses]
        spreads.append(max(qualities) - min(qualities))
        best = max(record.responses, key=lambda response: response.quality)
        longest_best += best.content == max((r.content for r in record.responses), key=len)

    lengths = [float(len(response.content)) for record in records for response in record.responses]
    judged = [response.quality for record in records for response in record.responses]

    assert min(spreads) >= 0.15
    assert 0.2 < longest_best / len(records) < 0.8
    assert 0 < correlation(lengths, judged) < 0.6


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('{"id": "x", "domain": "d", "prompt": [{"role": "user", "content": "q"}], "responses": []}', "at least two"),
        ('{"id": "x", "domain": "d", "prompt": "q", "responses": [{"content": "a"}]}', "missing required field"),
        ('{"id": "x", "domain": "d", "prompt": [], "extra": 1, "responses": []}', "unknown field"),
    ],
)
def test_a_wrong_record_is_named(tmp_path: Path, line: str, sentence: str) -> None:
    (tmp_path / "bad.jsonl").write_text(line + "\n")

    with pytest.raises(ContentError, match=f"bad.jsonl: x: .*{sentence}"):
        load_content(tmp_path)


@pytest.mark.parametrize("line", ['{"id": "x",', "[1, 2]"])
def test_a_line_that_is_no_record_is_named_by_its_number(tmp_path: Path, line: str) -> None:
    (tmp_path / "bad.jsonl").write_text(f"\n{line}\n")

    with pytest.raises(ContentError, match=r"bad\.jsonl: line 2: not a JSON object"):
        load_content(tmp_path)


def test_a_file_that_is_not_yaml_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("domain: d\nrecords: [")

    with pytest.raises(ContentError, match=r"bad\.yaml: not valid YAML"):
        load_content(tmp_path)


def test_several_scripts_are_there(records: list[DemoRecord]) -> None:
    multilingual = [record for record in records if record.domain == "multilingual"]

    assert len(multilingual) >= 12
    assert sum("rtl" in record.tags for record in multilingual) >= 4
    for first, last in (("\u0590", "\u05ff"), ("\u0600", "\u06ff"), ("\u0900", "\u097f"), ("\u4e00", "\u9fff")):
        assert any(first <= letter <= last for record in multilingual for letter in record.responses[0].content)
