"""Settings come from the environment; what is wrong with them is said in one line each."""

from __future__ import annotations

import pytest

from warren.errors import InvalidInput
from warren.runtime.settings import load_settings


def test_defaults_need_no_environment() -> None:
    settings = load_settings()
    assert (settings.shards, settings.queue_type, settings.lease_after, settings.health_port) == (4, "quorum", 30, None)


def test_the_environment_is_read_and_arguments_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARREN_SHARDS", "8")
    monkeypatch.setenv("WARREN_LOG_LEVEL", "DEBUG")
    monkeypatch.setenv("warren_queue_type", "classic")
    monkeypatch.setenv("WARREN_TEST_BROKER_URL", "not a setting")
    settings = load_settings(shards=2, health_port=None)
    assert (settings.shards, settings.log_level, settings.queue_type) == (2, "debug", "classic")


def test_each_wrong_setting_is_one_line_with_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARREN_SHARDS", "none")
    monkeypatch.setenv("WARREN_DATABASE_URL", "mysql://root:secret@host")
    with pytest.raises(InvalidInput) as caught:
        load_settings()
    lines = sorted(str(caught.value).splitlines())
    assert [line.partition(":")[0] for line in lines] == ["WARREN_DATABASE_URL", "WARREN_SHARDS"]
    assert "'none'" in lines[1]
    assert "secret" not in str(caught.value)
