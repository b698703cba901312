"""Dataclasses: construction, defaults, frozen ones, `replace`, `asdict`, ordering, equality."""

import dataclasses
from dataclasses import dataclass, field, replace

from warren import Workflow, action, workflow


@dataclass(frozen=True, order=True)
class Version:
    major: int
    minor: int = 0


@dataclass
class Release:
    version: Version
    notes: list[str] = field(default_factory=list)
    secret: str = field(default="s", repr=False, compare=False)
    built: bool = field(default=False, init=False)


@action
async def latest() -> Version:
    return Version(2, 1)


@workflow
class Dataclasses(Workflow):
    async def run(self, minor: int) -> list:
        a = await latest()
        b = Version(2, minor=minor)
        release = Release(b, ["first"])
        again = replace(release, version=a)
        release.notes.append("second")
        out = [a < b, max(a, b), a == b, release, again.notes, dataclasses.asdict(release), {a: "a", b: "b"}[b]]
        out.append(release == Release(b, ["first", "second"], secret="other"))
        out.append([str(b), release.built, again.version is a])
        try:
            b.minor = 3
        except AttributeError as error:
            out.append([type(error).__name__, str(error)])
        return [*out, Version(minor) if minor else Version()]


CASES = [{"minor": 1}, {"minor": 0}]
