"""Registering workflows from a client: which classes are meant, and what the answers to several messages come to.

Must not know how messages travel.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from types import ModuleType

from warren.client.outcomes import refusal
from warren.contracts import messages
from warren.errors import InternalError, InvalidInput, RegistrationRefused
from warren.sdk.workflow import Workflow, workflow_registry


def classes_of(source: type[Workflow] | ModuleType | str) -> list[type[Workflow]]:
    """The workflow classes that are meant by a class, a module or a module's name; raises `InvalidInput` for none."""
    if isinstance(source, type):
        return [source]
    module = importlib.import_module(source) if isinstance(source, str) else source
    found = workflow_registry.of_module(module)
    if not found:
        raise InvalidInput(f"module {module.__name__!r} has no @workflow class")
    return found


def versions_of(replies: Iterable[messages.Reply]) -> dict[str, str]:
    """The program hashes of all that was registered.

    Raises:
        InvalidInput: what was sent was refused.
        RegistrationRefused: some of several workflows were; it has the versions of the others.
    """
    versions: dict[str, str] = {}
    refused: list[messages.Refused] = []
    for reply in replies:
        match reply:
            case messages.WorkflowsRegistered():
                versions |= reply.versions
            case messages.Refused():
                versions |= reply.versions
                refused.append(reply)
            case _:
                raise InternalError(f"a registration was answered with {type(reply).__name__}")
    if not refused:
        return versions
    if len(refused) == 1 and not versions:
        raise refusal(refused[0])
    raise RegistrationRefused("; ".join(reply.error.message for reply in refused), versions=versions)
