"""Writes every generated reference page; `make reference` runs this."""

from __future__ import annotations

from docs import command_line, python_api, refusals, schemas, value_types

PAGES = (schemas, python_api, command_line, refusals, value_types)

if __name__ == "__main__":
    for page in PAGES:
        page.TARGET.write_text(page.render(), encoding="utf-8")
        print(f"wrote {page.TARGET}")  # noqa: T201 - a command's answer
