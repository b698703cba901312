"""Markdown pages as programs: their code blocks, run in order in a folder of their own.

```python    with a first line `# name.py` it becomes that file (and is run by pytest if it is a test_ file);
             without one it is run as a script
```console   `$ command` lines are run by bash; the lines below are the output, `...` stands for anything; a command
             that ends with `&` goes on in the background; `# exits with N` at its end says that it fails
```json      is parsed;  ```sql  is run on the page's database;  ```sh  may only hold what `SHOWN` allows
<!-- servers -->   from here on, WARREN_BROKER_URL and WARREN_DATABASE_URL are set
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.e2e.command_line import ROOT

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$|^(<!-- servers -->)$", re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r"# (\w+\.py)\n")
EXIT = re.compile(r"\s+# exits with (\d+)$")
SHOWN = re.compile(
    r"make [a-z-]+( [A-Z]+=\w+)*|docker compose (up|down).*|git clone .*|cd \w+|pip install .*|\. \S+/activate"
)
"""What an `sh` block may say without being run here: other tests run it, or it is not ours."""
SILENT = {"diff", "mermaid", "pyi", "text", "yaml"}
_SECONDS = 90


@dataclass(frozen=True)
class Block:
    """One fenced block, or the mark that servers are there (kind `servers`)."""

    kind: str
    text: str
    line: int


def blocks(page: Path) -> Iterator[Block]:
    """All blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Block("servers" if match[3] else match[1], match[2] or "", line)


class Runner:
    """Runs the blocks of one page; `servers` gives the two URLs when a page asks for them."""

    def __init__(self, folder: Path, servers: Callable[[], tuple[str, str]]) -> None:
        self._folder = folder
        self._servers = servers
        self._background: list[subprocess.Popen[bytes]] = []
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("WARREN_", "PYTEST_"))
        }
        self.environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        (folder / "examples").symlink_to(ROOT / "examples")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._background:
            process.terminate()
        for process in self._background:
            process.wait(40)
        if error is not None:
            for log in sorted(self._folder.glob("background-*.log")):
                print(f"--- {log.name}\n{log.read_text()[-3000:]}")

    def run(self, block: Block) -> None:
        """Run one block; raises AssertionError where it does not do what the page says."""
        if block.kind == "servers":
            broker_url, database_url = self._servers()
            self.environment |= {"WARREN_BROKER_URL": broker_url, "WARREN_DATABASE_URL": database_url}
        elif block.kind == "python":
            self._python(block)
        elif block.kind == "console":
            self._console(block)
        elif block.kind == "json":
            json.loads(block.text)
        elif block.kind == "sh":
            wrong = [line for line in block.text.splitlines() if not SHOWN.fullmatch(line.split("  #")[0].rstrip())]
            assert not wrong, f"shown, but neither run here nor known: {wrong}"
        else:
            assert block.kind in SILENT, f"a block of the unknown kind {block.kind!r}"

    def _python(self, block: Block) -> None:
        name = FILE_NAME.match(block.text)
        if name is None:
            self._expect([sys.executable, "-c", block.text], None)
            return
        compile(block.text, name[1], "exec")
        (self._folder / name[1]).write_text(block.text, encoding="utf-8")
        if name[1].startswith("test_"):
            options = ["-q", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto", "--rootdir", str(self._folder)]
            self._expect([sys.executable, "-m", "pytest", *options, name[1]], None)

    def _console(self, block: Block) -> None:
        for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            command, _, expected = part.partition("\n")
            if command.endswith(" &"):
                self._start(command.removesuffix(" &"))
            else:
                code = EXIT.search(command)
                self._expect(["bash", "-c", command], expected, code=int(code[1]) if code else 0)

    def _start(self, command: str) -> None:
        log = self._folder / f"background-{len(self._background)}.log"
        with log.open("wb") as output:
            self._background.append(
                subprocess.Popen(
                    ["bash", "-c", f"exec {command}"],
                    cwd=self._folder,
                    env=self.environment,
                    stdout=output,
                    stderr=output,
                )
            )

    def _expect(self, command: list[str], expected: str | None, *, code: int = 0) -> None:
        started = time.monotonic()
        done = subprocess.run(
            command,
            cwd=self._folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if code else subprocess.PIPE,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
        what = f"{command[-1]}\nexit code {done.returncode} after {time.monotonic() - started:.1f} s\n"
        assert done.returncode == code, what + done.stdout + (done.stderr or "")
        if expected is not None:
            pattern = ".*".join(re.escape(piece.strip()) for piece in expected.strip().split("..."))
            text = "\n".join(line.rstrip() for line in done.stdout.strip().splitlines())
            assert re.fullmatch(rf"\s*{pattern}\s*", text, re.DOTALL), f"{what}{text}\n--- expected:\n{expected}"
