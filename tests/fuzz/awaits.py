"""Random statements that wait: actions, gathers, tasks, timeouts."""

from __future__ import annotations

from tests.fuzz.expressions import ExpressionMaker
from tests.fuzz.scope import Scope

Lines = list[str]


def indent(lines: Lines) -> Lines:
    return ["    " + line for line in lines or ["pass"]]


class AwaitMaker:
    """The part of the statement maker that writes awaits."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.random = scope.random
        self.expressions = ExpressionMaker(scope)

    def expr(self, kind: str, depth: int = 2) -> str:
        return self.expressions.make(kind, depth)

    def body(self, size: int, **changes: object) -> Lines:
        """A nested block; the statement maker has it."""
        raise NotImplementedError

    def await_(self) -> Lines:
        kind = self.random.choice(["int", "str", "list", "dict", "tuple"])
        name = self.scope.target(kind)
        value = self.expressions.awaited(kind, 2)
        self.scope.declare(kind, name)
        return [f"{name} = {value[1:-1]}"]

    def retried(self) -> Lines:
        name = self.scope.target("int")
        action = "risky_int" if self.scope.may_raise else "calm_int"
        policy = self.random.choice(
            ["RetryPolicy(attempts=2)", "RetryPolicy(attempts=3, exception_types=['ValueError'])"]
        )
        line = f"{name} = await self.run_action({action}({self.scope.tag}, {self.expr('int')}), retry={policy})"
        self.scope.declare("int", name)
        return [line]

    def sleep(self) -> Lines:
        return [f"await asyncio.sleep({self.random.choice(['0', '0.5', '1', '3.25'])})"]

    def child(self, index: int, *, safe: bool) -> str:
        """An awaitable for a strand of its own, with a tag of its own."""
        self.scope.counter += 1
        tag = f"{self.scope.tag} + '.{index}_{self.scope.counter}'"
        value = self.expr("int", 1)
        if self.scope.chance(0.5):
            return f"{'calm' if safe else 'risky'}_{self.random.choice(['int', 'str', 'list'])}({tag}, {value})"
        if self.scope.chance(0.1):
            return f"asyncio.sleep({self.random.choice(['0', '0.25', '2'])}, {value})"
        strand = self.strand(safe=safe)
        if not strand:
            return f"calm_int({tag}, {value})"
        return f"{strand}({tag}, {value}, list({self.expr('list', 1)})[:3])"

    def strand(self, *, safe: bool) -> str:
        """A function whose call may be a strand of its own, none that could call the one being written."""
        return ("strand" if safe else self.scope.strands[-1]) if self.scope.strands else ""

    def gather(self) -> Lines:
        scope = self.scope
        quiet = scope.chance(0.4)
        name = scope.new_name()
        count = self.random.randint(0, 4)
        if scope.strands and scope.chance(0.3):
            over = f"({self.expressions.quiet('list', 2)})[:4]"
            strand = self.strand(safe=not quiet)
            parts = f"*[{strand}({scope.tag} + f'.{name}_{{n}}', q, [q]) for n, q in enumerate({over})]"
        else:
            children = [self.child(index, safe=not quiet) for index in range(count)]
            if children and not quiet and scope.may_raise and scope.chance(0.15):
                # one may fail, if nothing else is under way that its failure would cut short
                children = [f"calm_int({scope.tag}, {index})" for index in range(count)]
                children[self.random.randrange(count)] = f"risky_int({scope.tag}, {self.expr('int', 1)})"
            if children and scope.chance(0.15):
                inner = f"asyncio.gather({', '.join(children[:2])}{', return_exceptions=True' if quiet else ''})"
                children = [*children[2:], inner]  # last: it starts at once, whatever the others raise
            parts = ", ".join(children)
        option = ", return_exceptions=True" if quiet else ""
        call = f"await asyncio.gather({parts}{option if parts else ''})"
        lines = [f"{name} = {call}"]
        if quiet:
            lines.append(f"{scope.log}.append([repr(item) for item in {name}])")
        else:
            lines.append(f"{scope.log}.append({name})")
        return lines

    def task(self) -> Lines:
        """A task beside the statements that follow, awaited whatever they do."""
        scope = self.scope
        name, result = scope.new_name(), scope.new_name()
        index = scope.counter
        lines = [f"{name} = asyncio.create_task({self.child(index, safe=True)})", "try:"]
        lines += indent(self.body(self.random.randint(1, 3)))
        lines += ["finally:", f"    {result} = await {name}", f"    {scope.log}.append({result})"]
        return lines

    def task_group(self) -> Lines:
        scope = self.scope
        names = [scope.new_name() for _ in range(self.random.randint(1, 3))]
        lines = ["async with asyncio.TaskGroup() as group:"]
        with scope.block(can_await=False):  # an action that failed at once would cut the tasks short
            for name in names:
                task = f"{scope.strands[0]}({scope.tag} + '.{name}', {self.expr('int', 1)}, [])"
                lines.append(f"    {name} = group.create_task({task})")
        lines.append(f"{scope.log}.append([{', '.join(f'{name}.result()' for name in names)}])")
        return lines

    def timeout(self) -> Lines:
        scope = self.scope
        seconds, other = self.random.choice([("1.5", "1"), ("1", "1.5"), ("2", "0"), ("None", "1")])
        match self.random.randint(0, 2):
            case 0:
                inner = f"asyncio.sleep({other}, {self.expr('int')})"
                inside = [f"    {scope.log}.append(await asyncio.wait_for({inner}, {seconds}))"]
            case 1:
                inside = [
                    f"    async with asyncio.timeout({seconds}):",
                    f"        await asyncio.sleep({other})",
                    f"        {scope.log}.append(await calm_int({scope.tag}, {self.expr('int')}))",
                ]
            case _:
                tag = f"{scope.tag} + '.w{scope.counter}'"
                inside = [f"    {scope.log}.append(await asyncio.wait_for(strand({tag}, {self.expr('int')}, [1]), 60))"]
        return ["try:", *inside, "except TimeoutError as late:", f"    {scope.log}.append(repr(late))"]

    def tasks(self) -> Lines:
        """Several tasks in a list, awaited together or one by one."""
        scope = self.scope
        name = scope.new_name()
        over = f"({self.expressions.quiet('list', 1)})[:3]"
        task = f"asyncio.create_task({scope.strands[0]}({scope.tag} + f'.{name}_{{n}}', q, [q]))"
        lines = [f"{name} = [{task} for n, q in enumerate({over})]"]
        if scope.chance(0.5):
            return [*lines, f"{scope.log}.append(await asyncio.gather(*{name}))"]
        return [*lines, f"{scope.log}.append([await one for one in {name}])"]

    def cancelled(self) -> Lines:
        """A task that sleeps until it is cancelled."""
        name, log = self.scope.new_name(), self.scope.log
        start = ["await asyncio.sleep(0)"] if self.scope.chance(0.6) else []
        return [
            f"{name} = asyncio.create_task(asyncio.sleep(600, {self.expr('int')}))",
            *start,
            f"{name}.cancel()",
            "try:",
            f"    {log}.append(await {name})",
            "except asyncio.CancelledError as gone:",
            f"    {log}.append((type(gone).__name__, {name}.done(), {name}.cancelled()))",
        ]

    def coordinated(self) -> Lines:
        """Tasks that meet over one of asyncio's objects, with what does not depend on who comes first."""
        scope = self.scope
        name, log = scope.new_name(), scope.log
        strand = f"{scope.strands[0]}({scope.tag} + f'.{name}_{{n}}', q, [q])"
        over = f"enumerate(({self.expressions.quiet('list', 1)})[:4])"
        gathered = [f"{log}.append(await asyncio.gather(*[{name}_one(n, q) for n, q in {over}]))"]
        match self.random.randint(0, 3):
            case 0:
                made = self.random.choice(["Lock()", "Semaphore(2)", "BoundedSemaphore(1)", "Condition()"])
                inside = [f"    async with {name}:", f"        return await {strand}"]
                return [f"{name} = asyncio.{made}", f"async def {name}_one(n, q):", *inside, *gathered]
            case 1:
                lines = [f"{name} = asyncio.Event()", f"async def {name}_one(n, q):", f"    await {name}.wait()"]
                lines += [f"    return await {strand}", f"{name}_tasks = [asyncio.create_task({name}_one(n, q)) "]
                lines[-1] += f"for n, q in {over}]"
                return [*lines, f"{name}.set()", f"{log}.append([await one for one in {name}_tasks])"]
            case 2:
                kind = self.random.choice(["Queue(1)", "Queue()", "LifoQueue()", "PriorityQueue(2)"])
                lines = [
                    f"{name} = asyncio.{kind}",
                    f"async def {name}_one(n, q):",
                    f"    await {name}.put(repr(await {strand}))",  # of whatever kind, they can be compared
                ]
                lines += [f"{name}_tasks = [asyncio.create_task({name}_one(n, q)) for n, q in {over}]"]
                lines += [f"{log}.append(sorted([await {name}.get() for _ in {name}_tasks]))"]
                return [*lines, f"await asyncio.gather(*{name}_tasks)"]
            case _:
                way = self.random.choice(["wait", "shield", "as_completed"])
                lines = [f"{name} = [asyncio.create_task({strand}) for n, q in {over}]"]
                if way == "shield":
                    return [*lines, f"{log}.append([await asyncio.shield(one) for one in {name}])"]
                if way == "wait":
                    done = f"(await asyncio.wait({name}))[0]"
                    return [*lines, f"if {name}:", f"    {log}.append(sorted([repr(one.result()) for one in {done}]))"]
                found = f"[repr(await one) for one in asyncio.as_completed({name})]"
                return [*lines, f"{log}.append(sorted({found}))"]
