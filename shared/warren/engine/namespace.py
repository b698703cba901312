"""The names under which generated code finds what it uses: one function for each kind, one constant for each guard.

No name of a user's starts with `@`, so none can hide one of these. Must not know what is found under them.

The constants are plain `str` and no enum: the names in a syntax tree must be exactly that, and so must the keys of
globals that are to be found fast.
"""

from __future__ import annotations

from typing import Final


class Global:
    """The names that every program has."""

    # what the code keeps and finds
    VARIABLES: Final = "@variables"
    CONSTANTS: Final = "@constants"
    BUDGET: Final = "@budget"
    INNER: Final = "@function"
    CELL: Final = "@Cell"
    LATE: Final = "@Late"
    UNBOUND: Final = "@UNBOUND"
    END: Final = "@END"
    NEXT: Final = "@next"
    NAME_ERROR: Final = "@NameError"
    ENDS: Final = "@ends"
    CLOSURE: Final = "@closure"
    DEREF: Final = "@deref"
    SET_CELL: Final = "@set_cell"
    CHECK_STOP: Final = "@check_stop"

    # attributes and items
    ATTRIBUTE: Final = "@attribute"
    METHOD: Final = "@method"
    WRITABLE: Final = "@writable"
    CALLEE: Final = "@callee"
    ITEM: Final = "@item"
    KEY: Final = "@key"
    DELETED: Final = "@deleted"
    INDEXED: Final = "@indexed"

    # values that are made or gone through
    RESULT: Final = "@result"
    MADE: Final = "@made"
    HASHED: Final = "@hashed"
    SET_OF: Final = "@set_of"
    SET_ADD: Final = "@set_add"
    SET_UPDATE: Final = "@set_update"
    BEGUN: Final = "@begun"
    COUNTED: Final = "@counted"
    TICKING: Final = "@ticking"
    TAKEN_APART: Final = "@taken_apart"
    FORMAT: Final = "@format"
    CONCATENATE: Final = "@concatenate"

    # operators
    ADD: Final = "@add"
    SUBTRACT: Final = "@subtract"
    MULTIPLY: Final = "@multiply"
    DIVIDE: Final = "@divide"
    FLOOR_DIVIDE: Final = "@floor_divide"
    MODULO: Final = "@modulo"
    POWER: Final = "@power"
    SHIFT: Final = "@shift"
    SHIFT_RIGHT: Final = "@shift_right"
    OR: Final = "@or"
    AND: Final = "@and"
    XOR: Final = "@xor"
    NEGATIVE: Final = "@negative"
    POSITIVE: Final = "@positive"
    INVERTED: Final = "@inverted"
    COMPARED: Final = "@compared"
    SEARCHED: Final = "@searched"


class AsyncioPart:
    """Intrinsics of which `asyncio_code` makes `wait_for` and `TaskGroup`; no program may name them."""

    GROUP_LEAVE: Final = "$group_leave"
    GROUP_IS_BUSY: Final = "$group_is_busy"
    GROUP_WAIT: Final = "$group_wait"
    GROUP_CANCELLED: Final = "$group_cancelled"
    GROUP_CLOSE: Final = "$group_close"
    IS_OVER: Final = "$is_over"
    TASK: Final = "$task"
    IS_DONE: Final = "$is_done"
    ENDED: Final = "$ended"
    RESULT: Final = "$result"
    LATE_RESULT: Final = "$late_result"


def call_name(name: str) -> str:
    """An intrinsic that is called."""
    return f"@call:{name}"


def value_name(name: str) -> str:
    """An intrinsic as a value."""
    return f"@value:{name}"


def native_name(name: str) -> str:
    """CPython's own iterator of a builtin, where nobody can keep it."""
    return f"@native:{name}"


def function_name(key: str) -> str:
    """A function of the program."""
    return f"@function:{key}"


def maker_name(key: str) -> str:
    """What makes a plain function for its cells."""
    return f"@make:{key}"


def binder_name(key: str) -> str:
    """What gives an async function its variables from the arguments of a call."""
    return f"@bind:{key}"


def type_name(ref: str) -> str:
    """A class."""
    return f"@type:{ref}"


def child_name(workflow: str) -> str:
    """What starts a child run."""
    return f"@child:{workflow}"


def in_place_name(operator: str) -> str:
    """An operator with `=`."""
    return f"@in_place:{operator}"


def comparison_name(operator: str) -> str:
    """A comparison."""
    return f"@compare:{operator}"


def node_name(key: str, number: int) -> str:
    """A node of an async function."""
    return f"@node:{key}:{number}"


def action_name(queue: str, action: str) -> str:
    """What calls an action."""
    return f"@action:{queue}:{action}"


def temporary_name(number: int) -> str:
    """A variable of the generated code's own."""
    return f"@{number}"


def free_name(key: str) -> str:
    """Stands for the free variables of a nested function, among the names that a node uses."""
    return f"{_FREE}{key}"


def key_of_free(name: str) -> str | None:
    """The function whose free variables the name stands for; None of any other name."""
    return name.removeprefix(_FREE) if name.startswith(_FREE) else None


_FREE: Final = "@free:"
NAMED_IN_SNAPSHOTS: Final = ("@call:", "@function:", "@type:", "@action:", "@child:", "@value:")
"""How the names start of what snapshots refer to by its name: these spellings are stored, and cannot change."""
