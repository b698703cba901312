"""The codes of what the compiler refuses: stable names, which `warren check --explain` takes."""

from __future__ import annotations

from enum import StrEnum


class RefusalCode(StrEnum):
    """Why the compiler refuses a place; `frontend.explanations` has a text and an example for each."""

    NONDETERMINISTIC = "nondeterministic"
    SIDE_EFFECT = "side-effect"
    REFLECTION = "reflection"
    UNCOMPILABLE_CALL = "uncompilable-call"
    UNSUPPORTED_OBJECT = "unsupported-object"
    UNSUPPORTED_STATEMENT = "unsupported-statement"
    UNSUPPORTED_EXPRESSION = "unsupported-expression"
    UNDERSCORE_NAME = "underscore-name"
    UNDEFINED_NAME = "undefined-name"
    MUTABLE_CAPTURE = "mutable-capture"
    GLOBAL_ASSIGNMENT = "global-assignment"
    ASSIGNMENT = "assignment"
    SELF_ESCAPE = "self-escape"
    WORKFLOW_VALUE = "workflow-value"
    CHILD_RUN = "child-run"
    DECORATOR = "decorator"
    REBOUND = "rebound"
    SIGNATURE = "signature"
    UNKNOWN_KEYWORD = "unknown-keyword"
    CONSTRUCTION = "construction"
    MISSING_AWAIT = "missing-await"
    BARE_RAISE = "bare-raise"
    GENERATOR_VALUE = "generator-value"
    ASYNC_ITERATION = "async-iteration"
    CONTEXT_MANAGER = "context-manager"
    CLOSURE_IN_COMPREHENSION = "closure-in-comprehension"
    SOURCE_UNAVAILABLE = "source-unavailable"
    UNSUPPORTED = "unsupported"
