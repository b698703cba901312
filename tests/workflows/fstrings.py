"""f-strings with conversions, format specs, nested specs and `=`."""

from datetime import date
from decimal import Decimal

from warren import Workflow, action, workflow


@action
async def number(x):
    return x


@workflow
class FStrings(Workflow):
    async def run(self, x: int, width: int) -> list[str]:
        name = "warren"
        return [
            f"{name}",
            f"{name!r} {name!s} {'ü'!a}",
            f"{x:5d}|{x:<5}|{x:^+7.2f}|{x:,}",
            f"{name:>{width}}|{x:{width}.{2}f}",
            f"{x=} {x + 1 = } {name=!s:>8}",
            f"{{literal}} {await number(x)} {(await number(name)).upper()}",
            f"{Decimal('1.50'):.3f} {date(2024, 2, 29):%Y/%m/%d}",
            f"{', '.join(f'{i}:{i * x}' for i in range(3))}",
            "%s %05.1f %r" % (name, x, [x]),
            "{} {0!r}".replace("{0!r}", "{!r:>5}").format(x, name),
        ]


CASES = [{"x": 3, "width": 10}, {"x": -12345, "width": 0}, {"x": 1, "width": -1}]
