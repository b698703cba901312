"""A class redefines what its base has, as something else; with two bases, each name is that of the first that has it."""

from dataclasses import dataclass

from pydantic import BaseModel

from warren import Workflow, action, workflow


class Named:
    kind = "named"

    def who(self) -> str:
        return "named " + self.kind


class Counted:
    kind = "counted"
    unit = "pieces"

    def amount(self) -> str:
        return f"{len(self.who())} {self.unit}"


@dataclass
class Base(Named, Counted):
    x: int = 1
    label = "base"

    def size(self) -> int:
        return self.x

    @property
    def level(self) -> str:
        return "low"


@dataclass
class Sub(Base):
    kind: str = "field"
    level = "constant"
    size = 7

    @property
    def label(self) -> str:
        return "property"

    def unit(self) -> str:
        return "method"


class Failure(Exception):
    @property
    def level(self) -> str:
        return "low"

    def size(self) -> list:
        return [*self.args]


class Worse(Failure):
    level = "high"
    size = 3


class Model(BaseModel):
    x: int = 1

    def size(self) -> int:
        return self.x

    @property
    def level(self) -> str:
        return "low"


class SubModel(Model):
    y: int = 2

    @property
    def size(self) -> int:
        return self.y

    def level(self) -> str:
        return "method " + Named.kind


@action
async def touch(x: Base) -> Base:
    return x


@workflow
class OverriddenMembers(Workflow):
    async def run(self, x: int) -> list:
        base, sub = await touch(Base(x)), await touch(Sub(x))
        found = [base.kind, base.who(), base.amount(), base.label, base.size(), base.level]
        found += [sub.kind, sub.who(), sub.label, sub.size, sub.level, sub.unit()]
        try:
            raise Failure(x)
        except Failure as error:
            found += [error.level, error.size()]
        try:
            raise Worse(x)
        except Failure as error:
            found += [error.level, error.size]
        for one in (base, Failure(x), Model()):  # a property without a setter
            try:
                one.level = "set"
            except AttributeError as error:
                found += [str(error), one.level]
        return [*found, Model().size(), Model().level, SubModel().size, SubModel().level()]


CASES = [{"x": 1}]
