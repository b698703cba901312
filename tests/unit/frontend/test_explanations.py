"""Each refusal code has an explanation whose examples say the truth: one is refused with it, the other compiles."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.unit.frontend.test_refused import load

from warren.errors import RefusalCode
from warren.frontend.explanations import EXPLANATIONS, PRELUDE
from warren.sdk.diagnostics import collected_diagnostics

WITHOUT_EXAMPLE = {RefusalCode.SOURCE_UNAVAILABLE, RefusalCode.UNSUPPORTED}
WITH_EXAMPLE = sorted(set(RefusalCode) - WITHOUT_EXAMPLE)


def codes_of(source: str, name: str, folder: Path) -> set[RefusalCode]:
    path = folder / f"{name}.py"
    unique = re.sub(r"\b(Order|Payment)\b", rf"\1{name.title().replace('_', '')}", source)  # names of workflows
    path.write_text(f"{PRELUDE}\n\n{unique}")
    with collected_diagnostics() as found:
        load(path, name)
    return {one.code for one in found}


def test_each_code_is_explained() -> None:
    assert list(EXPLANATIONS) == list(RefusalCode)
    assert {code for code, one in EXPLANATIONS.items() if not one.refused or not one.instead} == WITHOUT_EXAMPLE


@pytest.mark.parametrize("code", WITH_EXAMPLE)
def test_the_first_example_is_refused_with_the_code(code: RefusalCode, tmp_path: Path) -> None:
    assert code in codes_of(EXPLANATIONS[code].refused_source, f"explained_{code.name.lower()}", tmp_path)


@pytest.mark.parametrize("code", WITH_EXAMPLE)
def test_the_second_example_compiles(code: RefusalCode, tmp_path: Path) -> None:
    assert codes_of(EXPLANATIONS[code].instead_source, f"instead_{code.name.lower()}", tmp_path) == set()
