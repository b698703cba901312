"""Exit codes are a promise to scripts."""

from __future__ import annotations

import pytest

from warren import errors
from warren_cli.failures import exit_code, report


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.WorkflowFailedError("x"), 1),
        (errors.WorkflowCancelledError("x"), 1),
        (errors.InvalidInput("x"), 2),
        (errors.UnknownWorkflow("x"), 2),
        (errors.RunNotFound("x"), 2),
        (errors.UnsupportedPatternError("x"), 2),
        (TypeError("x"), 2),
        (errors.BrokerUnavailable("x"), 3),
        (errors.UnroutableMessage("x"), 3),
        (errors.StoreUnavailable("x"), 3),
        (TimeoutError("x"), 3),
        (errors.InternalError("x"), 70),
        (KeyError("x"), 70),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_exit_codes(error: Exception, code: int) -> None:
    assert exit_code(error) == code


def test_a_group_is_reported_as_its_first_error(capsys: pytest.CaptureFixture[str]) -> None:
    group = ExceptionGroup("many", [ExceptionGroup("inner", [errors.InvalidInput("wrong input")])])
    assert report(group, as_json=False) == 2
    assert capsys.readouterr().err == "error: wrong input\n"
