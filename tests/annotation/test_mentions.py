"""Names in comments, as they are written, stored and shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.domain.mentions import MentionError, Person, handle_of, handles_of, read_mentions, write_mentions

ANN = Person(1, "Ann", "ann@example.org")
ANN_LEE = Person(2, "Ann Lee", "lee@example.org")
JOSE = Person(3, "José O'Neill", "jose@example.org")
NAMELESS = Person(4, "", "rev.iewer@example.org")
PEOPLE = [ANN, ANN_LEE, JOSE, NAMELESS]
SHOWN = {person.id: handle_of(person) for person in PEOPLE}


@pytest.mark.parametrize(
    ("written", "ids", "shown"),
    [
        ("Hello @Ann.", [1], "Hello @Ann."),
        ("@ann", [1], "@Ann"),
        ("@AnnLee, look; @Ann's turn", [2, 1], "@AnnLee, look; @Ann's turn"),
        ("@ann@example.org.", [1], "@Ann."),
        ("(@lee@example.org)", [2], "(@AnnLee)"),
        ("@José O'Neill", None, None),
        ("@JoséO'Neill", [3], "@JoséO'Neill"),
        ("@Jose\u0301O'Neill!", [3], "@JoséO'Neill!"),
        ("@rev.iewer and @Ann and @ann", [4, 1], "@rev.iewer and @Ann and @Ann"),
        ("mail ann@example.org at @ 5", [], "mail ann@example.org at @ 5"),
        ("`@media` and `@<1>`", [], "`@media` and `@<1>`"),
        ("@media", None, None),
        ("@<1>", None, None),
        ("@Annabel", None, None),
        ("@ann-lee", None, None),
        ("@ann.lee", None, None),
        ("@bob@example.org", None, None),
    ],
)
def test_what_is_written_is_stored_by_id(written: str, ids: list[int] | None, shown: str | None) -> None:
    if ids is None:
        with pytest.raises(MentionError, match="nobody you can mention here"):
            read_mentions(written, PEOPLE)
        return

    stored, mentioned = read_mentions(written, PEOPLE)

    assert mentioned == ids
    assert write_mentions(stored, SHOWN) == shown


def test_names_that_several_people_have_need_an_address() -> None:
    twins = [ANN, Person(9, "ann", "other@example.org")]

    with pytest.raises(MentionError, match="could be 2 people"):
        read_mentions("@Ann", twins)
    assert handles_of(twins) == {1: "ann@example.org", 9: "other@example.org"}
    assert read_mentions("@other@example.org", twins) == ("@<9>", [9])


def test_a_refusal_names_what_was_written() -> None:
    with pytest.raises(MentionError, match=r"“@bob@example\.org”"):
        read_mentions("Ask @bob@example.org, please", PEOPLE)
    with pytest.raises(MentionError, match="“@x”"):
        read_mentions("@x", [])


def test_somebody_the_reader_may_not_know_stays_unnamed() -> None:
    stored, _ = read_mentions("@Ann and @AnnLee differ", PEOPLE)

    assert write_mentions(stored, {2: "AnnLee"}) == "@… and @AnnLee differ"


@given(st.text(alphabet="@<>`. 1Anelx", max_size=40))
def test_what_is_stored_reads_back_as_it_was_meant(text: str) -> None:
    try:
        stored, mentioned = read_mentions(text, PEOPLE)
    except MentionError:
        return

    assert read_mentions(write_mentions(stored, SHOWN), PEOPLE) == (stored, mentioned)


@given(
    st.lists(
        st.tuples(st.text(max_size=12), st.from_regex(r"[a-z]{1,5}@[a-z]{1,5}\.org", fullmatch=True)),
        unique_by=lambda p: p[1],
    )
)
def test_every_handle_means_one_person(pairs: list[tuple[str, str]]) -> None:
    people = [Person(number, name, email) for number, (name, email) in enumerate(pairs)]

    for number, handle in handles_of(people).items():
        assert read_mentions(f"@{handle}", people) == (f"@<{number}>", [number])
