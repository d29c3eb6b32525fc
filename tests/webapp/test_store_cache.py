"""Files that can be made again: used ones stay, forgotten ones go, and writers do not take each other's away."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from webapp.store.cache import KEPT, cache_forget, cache_writer, is_cached
from webapp.store.files import Store, store


def put(key: str, *, days_ago: float = 0) -> None:
    with cache_writer(key) as file:
        file.write(b"made")
    moment = (datetime.now(UTC) - timedelta(days=days_ago)).timestamp()
    os.utime(store().local_path(key), (moment, moment))


def test_two_who_make_the_same_file_at_once_both_succeed(store_folder: Store) -> None:
    with cache_writer("cache/pairs/x.parquet") as first:
        first.write(b"equal")
        with cache_writer("cache/pairs/x.parquet") as second:
            second.write(b"equal")

    with store().open("cache/pairs/x.parquet") as file:
        assert file.read() == b"equal"
    assert len(list(store().local_path("cache/pairs").iterdir())) == 1


def test_what_is_used_stays_and_the_rest_goes(store_folder: Store) -> None:
    put("cache/pairs/new", days_ago=KEPT.days - 1)
    put("cache/pairs/used", days_ago=KEPT.days + 1)
    put("cache/pairs/old", days_ago=KEPT.days + 1)
    put("cache/pairs/left.tmp-123", days_ago=KEPT.days + 1)
    with store().writer("signals/1/old") as file:
        file.write(b"no cache")
    os.utime(store().local_path("signals/1/old"), (0, 0))

    assert is_cached("cache/pairs/used")
    assert cache_forget() == 2

    assert store().list("cache") == ["cache/pairs/new", "cache/pairs/used"]
    assert store().exists("signals/1/old")
    assert not is_cached("cache/pairs/old")


def test_nothing_is_forgotten_where_nothing_was_kept(store_folder: Store) -> None:
    assert cache_forget() == 0


def test_only_the_cache_is_a_cache(store_folder: Store) -> None:
    with pytest.raises(ValueError, match="not a key of the cache"):
        is_cached("signals/1/part.parquet")
