"""`async with` over objects of one's own classes: entered, left in every way, swallowing, and failing themselves."""

import asyncio
from dataclasses import dataclass

from warren import Workflow, action, workflow


@action
async def act(x: object) -> object:
    return x


@dataclass
class Session:
    name: str
    log: list
    swallows: str = ""

    async def __aenter__(self) -> "Session":
        self.log.append([self.name, "enter"])
        if self.name == "fails to enter":
            raise OSError(self.name)
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, kind: type | None, error: BaseException | None, traceback: object) -> object:
        self.log.append([self.name, None if kind is None else kind.__name__, repr(error)])
        self.log.append(await act(self.name))
        if self.name == "fails to leave":
            raise OSError(self.name) from error
        return kind is not None and kind.__name__ == self.swallows and "yes"


@dataclass
class Half:
    async def __aenter__(self) -> None:
        return None


@dataclass
class Plain:
    def __aenter__(self) -> int:
        return 1

    async def __aexit__(self, *_: object) -> None:
        return None


@workflow
class AsyncWithObjects(Workflow):
    async def inside(self, log: list, name: str, way: str) -> object:
        for number in range(3):
            async with Session(name, log, "KeyError") as session, Session("inner", log):
                log.append([session.name, number])
                if way == "break":
                    break
                if way == "continue":
                    continue
                if way == "return":
                    return [number, await act(number)]
                if way == "raises":
                    raise KeyError(number)
                if way == "raises another":
                    raise IndexError(number)
            log.append("after")
        return "end"

    async def run(self, name: str, way: str) -> list:
        log: list = []
        try:
            log.append(await self.inside(log, name, way))
        except Exception as error:
            log.append([repr(error), repr(error.__cause__)])
        session = Session("kept", log)
        async with session:
            try:
                async with session as again:
                    log.append(again is session)
                    raise ValueError("inside")
            except ValueError as error:
                log.append(repr(error))
        try:
            async with Session("target", log) as (first, second):
                log.append([first, second])
        except TypeError:
            log.append("cannot be unpacked")
        for wrong in (1, Half(), Plain(), None):
            try:
                async with wrong:
                    log.append("never")
            except TypeError as error:
                log.append(str(error))
        return log


CASES = [
    {"name": name, "way": way}
    for name in ("fine", "fails to enter", "fails to leave")
    for way in ("break", "continue", "return", "raises", "raises another", "ends")
]
