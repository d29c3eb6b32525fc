"""Stamps: a step is skipped only while its inputs are the same and its product is there."""

from __future__ import annotations

from pathlib import Path

from launcher.stamps import Stamp, digest_of


def test_the_digest_follows_content_names_and_words(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.txt").write_text("one")
    before = digest_of([source], "3.11")

    assert digest_of([source], "3.11") == before
    assert digest_of([source], "3.12") != before
    (source / "a.txt").write_text("two")
    changed = digest_of([source], "3.11")
    assert changed != before
    (source / "a.txt").rename(source / "b.txt")
    assert digest_of([source], "3.11") not in (before, changed)


def test_a_missing_input_counts_as_absent(tmp_path: Path) -> None:
    without = digest_of([tmp_path / "later.txt"])

    (tmp_path / "later.txt").write_text("")

    assert digest_of([tmp_path / "later.txt"]) != without


def test_a_stamp_is_current_only_with_the_same_inputs_and_its_product(tmp_path: Path) -> None:
    product = tmp_path / "product"
    stamp = Stamp(tmp_path / "stamp", "abc")
    assert not stamp.is_current()

    stamp.write()
    assert stamp.is_current()
    assert not stamp.is_current(product)
    product.mkdir()
    assert stamp.is_current(product)
    assert not Stamp(tmp_path / "stamp", "other").is_current(product)


def test_a_forgotten_stamp_makes_the_step_run_again(tmp_path: Path) -> None:
    stamp = Stamp(tmp_path / "stamp", "abc")
    stamp.write()

    stamp.forget()

    assert not stamp.is_current()
