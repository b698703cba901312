"""The pure methods of list, dict, set and tuple."""

from warren import Workflow, action, workflow


@action
async def data() -> dict:
    return {"b": 2, "a": 1}


@workflow
class ContainerMethods(Workflow):
    async def run(self, n: int) -> list:
        row = [3, 1, 2]
        row.append(n)
        row.extend(range(2))
        row.insert(1, "x")
        row.remove("x")
        row.sort(reverse=True)
        row.reverse()
        popped = row.pop(), row.pop(0)
        copied = row.copy()
        copied.clear()
        table = await data()
        table.setdefault("c", []).append(n)
        table.update({"d": 4}, e=5)
        gone = table.pop("b"), table.pop("zzz", None)
        keys = list(table), list(table.keys()), list(table.values()), list(table.items())
        merged = table | {"a": 10}
        names = {"x", "y"}
        names.add("z")
        names.discard("q")
        sets = sorted(names & {"x", "z"}), sorted(names ^ {"x", "w"}), names <= {"x", "y", "z"}, len(names - {"x"})
        return [
            row,
            popped,
            copied,
            table,
            gone,
            keys,
            merged,
            sets,
            row.count(1),
            (1, 2, 1).index(2),
            table.get("nope", "default"),
            dict.fromkeys("ab", 0),
            table.popitem(),
            row.index(n),
        ]


CASES = [{"n": 2}, {"n": 99}]
