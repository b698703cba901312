"""The run that goes on in the place of one that has continued as new, in a test."""

from __future__ import annotations

from warren.engine import start_successor
from warren.testing.driver import EngineDriver


def successor_of(driver: EngineDriver) -> EngineDriver:
    """Begin it, at the time of the other one's end."""
    event = start_successor(driver.executable, driver.state, driver.now).event
    made = EngineDriver(
        driver.executable,
        event.input,
        run_id=event.run_id,
        now=driver.now,
        attributes=event.attributes,
        carried=event.carried,
    )
    made.answers = driver.answers
    return made
