"""The store: whole files or none, and keys that cannot leave it."""

from __future__ import annotations

import pytest

from webapp.store.files import Store, store


def test_a_file_appears_only_when_it_is_whole(store_folder: Store) -> None:
    with store().writer("a/b/part.bin") as file:
        file.write(b"half")
        assert not store().exists("a/b/part.bin")
        file.write(b" and half")

    with store().open("a/b/part.bin") as file:
        assert file.read() == b"half and half"
    assert store().size("a/b/part.bin") == 13
    assert store().list("a") == ["a/b/part.bin"]


def test_a_failed_write_leaves_nothing(store_folder: Store) -> None:
    def fail_in_the_middle() -> None:
        with store().writer("a/part.bin") as file:
            file.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_in_the_middle()

    assert list(store().local_path("a").iterdir()) == []


def test_what_a_killed_writer_left_is_removed_by_the_next(store_folder: Store) -> None:
    folder = store().local_path("a")
    folder.mkdir(parents=True)
    (folder / "part.bin.tmp-123").write_bytes(b"half")
    (folder / "other.bin.tmp-123").write_bytes(b"somebody else's")

    with store().writer("a/part.bin") as file:
        file.write(b"whole")

    assert sorted(path.name for path in folder.iterdir()) == ["other.bin.tmp-123", "part.bin"]


def test_writing_twice_keeps_the_last(store_folder: Store) -> None:
    for content in (b"first", b"second"):
        with store().writer("part.bin") as file:
            file.write(content)

    with store().open("part.bin") as file:
        assert file.read() == b"second"


@pytest.mark.parametrize("key", ["", "/etc/passwd", "../up", "a/../../up", "a//b", "a/./b"])
def test_keys_cannot_leave_the_store(store_folder: Store, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        store().path(key)


def test_the_store_works_on_another_file_system() -> None:
    memory = Store("memory://plumbline")

    with memory.writer("a/part.bin") as file:
        file.write(b"whole")

    assert memory.list("a") == ["a/part.bin"]
    with memory.open("a/part.bin") as file:
        assert file.read() == b"whole"
    memory.delete_tree("a")
    assert memory.list("a") == []
