"""What every test may ask for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

import pytest


@pytest.fixture(scope="session")
def witness() -> Callable[[str], str]:
    """Find an independent program: absent, the test is skipped; in CI, where it must be installed, it fails."""

    def find(program: str) -> str:
        path = shutil.which(program)
        if path is None:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(f"independent witness not installed: {program}")
        return path

    return find
