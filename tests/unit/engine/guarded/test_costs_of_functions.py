"""Whatever builtins and the library are given, they end within the budget: soon, in little memory, with an error.

An eighth of the steps is enough to see it; `python -m tests.unit.engine.guarded.costs` measures with all of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.engine.guarded.costs.bounds import check
from tests.unit.engine.guarded.costs.rows import programs


@pytest.mark.parametrize("name", programs("functions"))
def test_it_ends_within_the_budget(tmp_path: Path, name: str) -> None:
    check(tmp_path, programs("functions")[name])
