"""The pure methods of str and bytes."""

from warren import Workflow, workflow


@workflow
class StringMethods(Workflow):
    async def run(self, text: str) -> list:
        return [
            text.upper(),
            text.title().swapcase(),
            text.strip().split(),
            text.split(",", 1),
            text.partition(" "),
            text.replace("a", "b").count("b"),
            text.startswith(("a", "h")),
            text.find("l"),
            text.zfill(20),
            text.encode().hex(),
            "-".join(sorted(text)),
            text.isalpha(),
            text.center(21, "*"),
            text.translate(str.maketrans("abc", "xyz")),
            text.casefold().splitlines(),
            b"a,b".split(b","),
            b"\xff".decode("latin-1"),
            text.removeprefix("he").removesuffix("o"),
            list(map(str.upper, text.split())),
            sorted(["b", "A"], key=str.lower),
            text.index("l") if len(text) != 5 else -1,
        ]


CASES = [{"text": "hello, all"}, {"text": " Abc "}, {"text": ""}]
