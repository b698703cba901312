"""The operators' names in the IR, by syntax class; the IR has all of Python's."""

from __future__ import annotations

from typing import Final

BINARY: Final = {
    "Add": "+",
    "Sub": "-",
    "Mult": "*",
    "Div": "/",
    "FloorDiv": "//",
    "Mod": "%",
    "Pow": "**",
    "MatMult": "@",
    "LShift": "<<",
    "RShift": ">>",
    "BitAnd": "&",
    "BitOr": "|",
    "BitXor": "^",
}
UNARY: Final = {"Not": "not", "USub": "-", "UAdd": "+", "Invert": "~"}
BOOLEAN: Final = {"And": "and", "Or": "or"}
COMPARISONS: Final = {
    "Eq": "==",
    "NotEq": "!=",
    "Lt": "<",
    "LtE": "<=",
    "Gt": ">",
    "GtE": ">=",
    "Is": "is",
    "IsNot": "is-not",
    "In": "in",
    "NotIn": "not-in",
}
