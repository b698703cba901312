"""Augmented assignment that fails says so in CPython's words, and a method is looked up before its arguments wait."""

from warren import Workflow, action, workflow


@action
async def value(x: int) -> int:
    return x


@workflow
class AugmentedErrors(Workflow):
    async def run(self, x: int) -> list:
        out = []
        kept = {"a": 1}
        for step in range(12):
            number, text = x, "text"
            try:
                if step == 0:
                    number += text
                elif step == 1:
                    text += 1
                elif step == 2:
                    number -= text
                elif step == 3:
                    number *= {}
                elif step == 4:
                    number **= text
                elif step == 5:
                    number <<= text
                elif step == 6:
                    number %= text
                elif step == 7:
                    kept["a"] /= text
                elif step == 8:
                    kept["a"] //= await value(0)
                elif step == 9:
                    number >>= text
                elif step == 10:
                    text.append(await value(1))
                else:
                    number.bit_length(await value(2))
            except (TypeError, ZeroDivisionError, AttributeError) as error:
                out.append(f"{type(error).__name__}: {error}")
        return out


CASES = [{"x": 3}]
