"""Code, mathematics, quotations and offensive language."""

from __future__ import annotations

import builtins
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.text.code_maths import code_maths
from curation.text.overlap import Overlap, quote_overlap
from curation.text.toxicity import ToxicityUnavailable, toxicity


@pytest.mark.parametrize(
    "text",
    [
        "Use this:\n```python\nprint(1)\n```\nDone.",
        "~~~\nx\n~~~",
        "```js\nlet x = 1;",
        "def f(x):\n    return x + 1",
        "#include <stdio.h>\nint main() {\n  return 0;\n}",
        "<div>\n  <p class='a'>hello</p>\n</div>",
        "for (let i = 0; i < 3; i++) {\n  console.log(i);\n}",
        "import os\nprint(os.getcwd())",
        "x = 5\ny = x + 2\nprint(y)",
    ],
)
def test_code(text: str) -> None:
    found = code_maths(text)

    assert found.has_code
    assert 0 < found.code_share <= 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Dear Ann,\nI came (as you know) for the class; from London I import tea.\nReturn soon (please)\nYours",
        "- one (first)\n- two (second)\n- three (third)",
        "Use `print` for that.",
        "He wrote: if you must, go.\nWhile I wait, I read.",
        "It costs $5 and $10 for two.",
    ],
)
def test_prose_is_no_code(text: str) -> None:
    assert not code_maths(text).has_code
    assert code_maths(text).code_share == 0


@pytest.mark.parametrize(
    "text",
    [
        "So $x^2 + 1$ is positive.",
        "Hence $$\\int_0^1 x\\,dx = 1/2$$",
        "We get \\(a+b\\) and \\[c\\]",
        "\\begin{align} a &= b \\end{align}",
        "The answer is \\boxed{4}",
        "2 + 3 * 4 = 14",
        "For all x ∈ ℝ: x² ≥ 0",
    ],
)
def test_maths(text: str) -> None:
    assert code_maths(text).has_maths


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $10 for two.",
        "Between $1,000 and about $2,000 a month",
        "well-known and/or e-mail",
        "→ next 👍 + more",
        "In 2024-05-01 it rained.",
        "`a + b = c`",
    ],
)
def test_prose_is_no_maths(text: str) -> None:
    assert not code_maths(text).has_maths


def test_counts_of_fences_and_inline_code() -> None:
    found = code_maths("Run `a` and `b`:\n```\ncode\n```\n```\nmore\n```")

    assert (found.fences, found.inline_code) == (2, 2)
    assert found.code_share == len("code\nmore\n") / len("Run `a` and `b`:\n```\ncode\n```\n```\nmore\n```")


def test_the_share_of_n_grams_taken_over() -> None:
    passage = "One two three four five six seven eight nine ten, said the old man."
    response = "He wrote: ONE two, three four five six seven eight nine! And left."
    found = quote_overlap(response, ["nothing here", passage])

    # 13 words make 6 runs of eight; two of them lie within the nine words taken over.
    assert found == Overlap(2 / 6, 9)
    assert quote_overlap(response, ["one two three four", "five six seven eight nine"]) == Overlap(0.0, 0)
    assert quote_overlap("Too short to say.", [passage]) == Overlap(None, None, "too short: 4 words, 8 needed")
    assert quote_overlap("日本で一番高い山は富士山です", ["富士山: 日本で一番高い山は富士山です。"]).share == 1.0


@given(st.lists(st.sampled_from("abcd"), min_size=8, max_size=30))
def test_a_text_overlaps_wholly_with_itself(found: list[str]) -> None:
    text = " ".join(found)

    assert quote_overlap(text, ["x", text]) == Overlap(1.0, len(found))
    assert quote_overlap(text, []) == Overlap(0.0, 0)


def test_offensive_language() -> None:
    pytest.importorskip("profanity_check")
    found = toxicity(["Have a nice day", "", "You are a fucking idiot", "👍"])

    assert found[0] is not None
    assert found[0] < 0.2
    assert found[2] is not None
    assert found[2] > 0.9
    assert (found[1], found[3]) == (None, None)
    assert toxicity([]) == []


def test_without_its_package_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "profanity_check":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ToxicityUnavailable, match="start it without --lite"):
        toxicity(["hello"])
