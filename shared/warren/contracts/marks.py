"""The attributes by which Warren marks what is the user's: those that set a mark and those that look for it agree here.

Those of decoded exceptions are in `tags`; the engine's own classes have more, which nobody else looks for.
`functools.wraps` copies every attribute of a function to what is put around it, so a mark alone says nothing: what is
an action, or starts runs, has the mark that is itself.
"""

from __future__ import annotations

import inspect
from types import FunctionType
from typing import Any, Final

ACTION: Final = "__warren_action__"
"""Of an action's wrapper: its key, `module:name`."""
WRAPPER: Final = "__warren_wrapper__"
"""Of an action's wrapper: itself."""
QUEUE: Final = "__warren_queue__"
"""Of an action's wrapper: the queue whose workers run it."""
PARAMS: Final = "__warren_params__"
"""Of an action's wrapper: its parameters, without those that are injected."""
IR: Final = "__warren_ir__"
"""Of a workflow class: what it was compiled to."""
ANNOTATIONS: Final = "__warren_annotations__"
"""Of a workflow class: the types of the parameters of its `run`, by name."""
BINDINGS: Final = "__warren_bindings__"
"""Of a workflow class: what each name and attribute meant that it was compiled with."""
USED_ACTIONS: Final = "__warren_used_actions__"
"""Of a workflow class: its actions, and what stood in the place of each when it was compiled."""
STARTS_RUNS: Final = "__warren_starts_runs__"
"""Of the `run` that `@workflow` puts in the place of the user's, which it wraps: itself."""
SIGNAL: Final = "__warren_signal__"
"""Of a workflow's method that handles a signal: itself."""
QUERY: Final = "__warren_query__"
"""Of a workflow's method that is a query: itself."""
UPDATE: Final = "__warren_update__"
"""Of a workflow's method that is an update: itself."""
VALIDATOR: Final = "__warren_validator__"
"""Of an update's method: the method that may refuse it."""
MAILBOX: Final = "__warren_mailbox__"
"""Of the class of a workflow's declared mailboxes: the class of the mailboxes that its instances have."""
COMPILED: Final = "__warren_compiled__"
"""Of a method of `Workflow` that is compiled with a workflow that calls it, like one of the user's."""
FOR_ACTIONS: Final = "__warren_for_actions__"
"""Of a class that only actions may use."""
ENCODE: Final = "__warren_encode__"
"""Of a class whose values encode themselves: the method that does it."""


def is_action(value: Any) -> bool:
    """Whether it is an action's wrapper, and not something around one."""
    return isinstance(value, FunctionType) and vars(value).get(WRAPPER) is value


def is_signal(value: Any) -> bool:
    """Whether it is a method that handles a signal, and not something around one."""
    return isinstance(value, FunctionType) and vars(value).get(SIGNAL) is value


def is_query(value: Any) -> bool:
    """Whether it is a method that answers a query, and not something around one."""
    return isinstance(value, FunctionType) and vars(value).get(QUERY) is value


def is_update(value: Any) -> bool:
    """Whether it is a method that carries out an update, and not something around one."""
    return isinstance(value, FunctionType) and vars(value).get(UPDATE) is value


def starts_runs(value: Any) -> bool:
    """Whether it is the `run` of a decorated workflow, and not something around one."""
    return isinstance(value, FunctionType) and vars(value).get(STARTS_RUNS) is value


def is_around_action(value: Any) -> bool:
    """Whether it is what a decorator above `@action` made: it says that it wraps one."""
    if is_action(value) or inspect.isclass(value):
        return False
    seen: set[int] = set()
    inner = value
    while (inner := inspect.getattr_static(inner, "__wrapped__", None)) is not None and id(inner) not in seen:
        if is_action(inner):
            return True
        seen.add(id(inner))
    return False
