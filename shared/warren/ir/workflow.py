"""The root of the IR: one workflow with everything that its `run()` reaches."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from dataclasses import field
from typing import Any, Final

from warren.ir.base import Node, Span, node
from warren.ir.expressions import Expr, Param
from warren.ir.statements import Body


@node
class Function(Node):
    """A function: `run()`, a method, a module-level function, a nested `def` or a `lambda` (body is one Return).

    `locals` are its own variables (parameters first). Those in `cells` are captured by functions nested inside it;
    `free` are the variables that it captures from enclosing functions. A comprehension's own targets are in none.
    `self` of a method is its first parameter.
    """

    name: str
    qualname: str
    is_async: bool
    params: tuple[Param, ...]
    body: Body
    locals: tuple[str, ...]
    cells: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    filename: str = ""
    span: Span | None = None


FACTORIES: Final[dict[str, Callable[[], Any]]] = {
    cls.__name__: cls for cls in (list, dict, set, deque, Counter, OrderedDict, defaultdict)
}
"""Python's own classes that make the default of a field, by name. The engine has classes of its own in their place."""


@node
class FieldDef(Node):
    """A field of a dataclass or model. Without a default it is required.

    `spec` is its type spec (`ir.typespec`). `default` is a Const. `factory` is one of `FACTORIES`, the ref of a
    constructible type, or the key of a function without parameters; a fresh value each time. `serialization_alias` is
    what `model_dump(by_alias=True)` calls it, and with `exclude` it is in no dump. `aliases` are the ways by which
    pydantic finds it instead of `alias`, as lists of names and indices; `optional` is a typed dictionary's or a named
    tuple's field that may be absent.
    """

    name: str
    spec: Any = "any"
    default: Expr | None = None
    factory: str | None = None
    alias: str | None = None
    serialization_alias: str | None = None
    exclude: bool = False
    init: bool = True
    keyword_only: bool = False
    compare: bool = True
    repr: bool = True
    aliases: Any = None
    optional: bool = False


@node
class Member(Node):
    """A member of an enum; `value` is a Const. Aliases have the same value as an earlier member.

    `attributes` are those that the enum's own `__init__` or `__new__` gave it, as Const.
    """

    name: str
    value: Expr
    attributes: dict[str, Expr] = field(default_factory=dict)


@node
class TypeDef(Node):
    """A user's class, as far as the engine must know it.

    `kind` is `exception`, `dataclass`, `model`, `enum`, `typed_dict`, `named_tuple` or `workflow` (the class of
    `self`). `bases` is the class's MRO without itself and `object`, as refs. `constructible` is false where making one
    runs user code (validators, a custom `__init__` or `__post_init__`, computed fields). `constants` are attributes
    of the class, as Const.

    `methods` (special ones such as `__eq__` among them) and `properties` map names to keys of `WorkflowIR.functions`;
    the function takes the instance first. Of the plain ones only those are there whose names the workflow uses.
    `opaque` are names that the class defines in a way that cannot be compiled: reaching one is an error of its own,
    not an AttributeError. `computed` are a model's computed fields, which are properties besides; `class_vars`
    are those of its class attributes that pydantic does not let an instance assign.

    `config` is what a model's or dataclass's configuration says about validation, as JSON. `code` says which of its
    code runs when pydantic makes one of plain JSON (a validator, `__post_init__`), which only a worker can do; or "".
    """

    ref: str
    kind: str
    bases: tuple[str, ...]
    fields: tuple[FieldDef, ...] = ()
    members: tuple[Member, ...] = ()
    constants: dict[str, Expr] = field(default_factory=dict)
    frozen: bool = False
    eq: bool = True
    order: bool = False
    unsafe_hash: bool = False
    slots: bool = False
    constructible: bool = True
    match_args: tuple[str, ...] = ()
    extra: str = "ignore"
    methods: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    opaque: tuple[str, ...] = ()
    computed: tuple[FieldDef, ...] = ()
    class_vars: tuple[str, ...] = ()
    config: Any = None
    code: str = ""


MAILBOX: Final = "warren.sdk.mailbox:Mailbox"
"""The ref of the class of mailboxes, which the front end compiles like one of the user's."""


@node
class SignalDef(Node):
    """A signal that a workflow takes: `spec` is its payload's type spec. `handler` is the key of the method that takes
    it, or "" where it lies in the mailbox that `self` has under its name. `takes_payload` is false for a handler
    without a parameter.
    """

    name: str
    spec: Any = "any"
    handler: str = ""
    takes_payload: bool = True


@node
class QueryDef(Node):
    """A query that a workflow answers: `method` is the key of the plain method, `parameters` has the type specs of its
    parameters by name, without `self`.
    """

    name: str
    method: str
    parameters: dict[str, Any] = field(default_factory=dict)


@node
class UpdateDef(Node):
    """An update that a workflow takes: `method` is the key of the method, plain or async, and `parameters` as those of
    a query. `validator` is the key of the plain method that may refuse it, with the same parameters, or "".
    """

    name: str
    method: str
    parameters: dict[str, Any] = field(default_factory=dict)
    validator: str = ""


@node
class WorkflowIR(Node):
    """A whole workflow: what the SDK makes at import and what `RegisterWorkflows` carries.

    `entry` is the key of `run()` in `functions`; its first parameter is `self`. Where the user wrote an `__init__`, it
    is `functions[f"{ref}.__init__"]`, called with `self` alone before `run()`. `parameters` maps the other parameter
    names to their type specs and `returns` is that of the result (`ir.typespec`, JSON).
    """

    name: str
    ref: str
    entry: str
    functions: dict[str, Function]
    types: dict[str, TypeDef]
    parameters: dict[str, Any]
    returns: Any = None
    concurrent: bool = False
    signals: tuple[SignalDef, ...] = ()
    queries: tuple[QueryDef, ...] = ()
    updates: tuple[UpdateDef, ...] = ()
    filename: str = ""
    source: str = ""
    """Reserved for tools; not part of the hash."""
