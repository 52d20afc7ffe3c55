"""Both databases: writers and readers at once, killed at random, lose nothing and miscount nothing (briefly)."""

from __future__ import annotations

from pathlib import Path

import pytest
from register_soak import Soak


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_processes_killed_at_random_lose_and_miscount_nothing(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """`make soak` does the same for ten minutes, with twice as many."""
    where = str(tmp_path / "sổ.db")
    if kind == "postgres":
        where = request.getfixturevalue("postgres").new_database()
    soak = Soak(where=where, folder=tmp_path, writers=4, readers=2)

    soak.run(5.0, least=30)

    assert soak.faults == []
    assert soak.documents > 0
    assert soak.kills > 0
