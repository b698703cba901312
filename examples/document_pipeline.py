"""Word counts of documents: list the texts, split each into parts, count all parts side by side, merge.

warren run examples.document_pipeline:WordCount --input '{}'
warren run examples.document_pipeline:WordCount --input '{"folder": "/path/to/texts", "top": 10}'
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from warren import Workflow, action, workflow

DATA = Path(__file__).parent / "data"


@dataclass
class Report:
    """What the pipeline found."""

    documents: int
    parts: int
    words: int
    distinct: int
    most_common: list[tuple[str, int]]
    longest_word: str


@action
def list_documents(folder: str | None) -> list[str]:
    """Paths of all `.txt` files of a folder, by name; without a folder, of the texts beside this module."""
    place = Path(folder) if folder else DATA
    found = sorted(str(path) for path in place.glob("*.txt"))
    if not found:
        raise FileNotFoundError(f"no .txt files in {place}")
    return found


@action
def split(path: str, lines_per_part: int) -> list[str]:
    """The text in parts of some lines each."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return ["\n".join(lines[start : start + lines_per_part]) for start in range(0, len(lines), lines_per_part)]


@action
def count_words(part: str) -> dict[str, int]:
    """How often each word occurs, in lower case."""
    return dict(Counter(re.findall(r"[a-z]+(?:'[a-z]+)?", part.lower())))


@action
def merge(counts: list[dict[str, int]], documents: int, top: int) -> Report:
    """One report of all parts; words of the same count come in alphabetical order."""
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    ranked = sorted(total.items(), key=lambda item: (-item[1], item[0]))
    return Report(
        documents=documents,
        parts=len(counts),
        words=total.total(),
        distinct=len(total),
        most_common=ranked[:top],
        longest_word=max(total, key=lambda word: (len(word), word), default=""),
    )


@workflow
class WordCount(Workflow):
    """Split, fan out, merge."""

    name = "word-count"

    async def run(self, folder: str | None = None, lines_per_part: int = 4, top: int = 5) -> Report:
        documents = await list_documents(folder)
        split_documents = await asyncio.gather(*[split(path, lines_per_part) for path in documents])
        parts = [part for document in split_documents for part in document]
        counts = await asyncio.gather(*[count_words(part) for part in parts])
        return await merge(counts, len(documents), top)
