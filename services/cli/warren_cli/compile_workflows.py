"""`check` (every refusal in the modules' workflows, not only those of the first) and `graph`."""

from __future__ import annotations

import linecache
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import warren.frontend
from warren.errors import Diagnostic, InvalidInput, UnsupportedPatternError
from warren.frontend import report
from warren.ir.workflow import WorkflowIR
from warren.lowering import lower
from warren.lowering.draw import draw
from warren.sdk.workflow import Workflow
from warren_cli.failures import report as report_failure
from warren_cli.graph_formats import render
from warren_cli.inputs import load_workflow, load_workflows
from warren_cli.output import err, out, write


def check(modules: Sequence[str], *, as_json: bool, github: bool) -> int:
    """Compile modules; returns 1 when something is refused.

    Raises:
        InvalidInput: some module cannot be imported, or none has a workflow; what is wrong in the others was printed.
    """
    failures: list[InvalidInput] = []
    workflows: list[type[Workflow]] = []
    with _collected() as found:
        for module in modules:
            try:
                workflows += (each for each in load_workflows([module]) if each not in workflows)
            except InvalidInput as error:
                failures.append(error)
    for cls in workflows:
        if cls.workflow_ir().functions:
            found += _lowering_refusals(cls)
    if as_json:
        write(report.as_json(found) + "\n")
    elif github:
        write(report.as_github(found))
    elif found:
        write(report.as_text(found))
    if failures:
        for failure in failures[:-1]:
            report_failure(failure, as_json=as_json, wants_servers=False)
        raise failures[-1]
    if found:
        return 1
    if not as_json and not github:
        for cls in workflows:
            program = lower(cls.workflow_ir())
            out.print(f"[green]ok[/] {cls.short_name()} {program.version[:12]}", highlight=False)
    else:
        err.print(f"{len(workflows)} workflows compile", highlight=False)
    return 0


def graph(target: str, *, format: str, output: Path | None, technical: bool) -> int:  # noqa: A002 - the option's name
    """Draw a workflow."""
    program = lower(load_workflow(target).workflow_ir())
    text = render(draw(program, source_line=linecache.getline, technical=technical), format)
    if output is None:
        write(text)
    else:
        try:
            output.write_text(text, encoding="utf-8")
        except OSError as error:
            raise InvalidInput(f"--output {output}: {error.strerror or error}") from error
        err.print(f"wrote {output}", highlight=False)
    return 0


@contextmanager
def _collected() -> Iterator[list[Diagnostic]]:
    """Have `@workflow` note what it refuses, and go on with an empty program, until the block ends."""
    found: list[Diagnostic] = []
    compile_workflow = warren.frontend.compile_workflow

    def note(cls: type[Any], *, name: str, **options: Any) -> WorkflowIR:
        try:
            return compile_workflow(cls, name=name, **options)
        except UnsupportedPatternError as error:
            found.extend(error.diagnostics)
            return WorkflowIR(name=name, ref="", entry="", functions={}, types={}, parameters={})

    warren.frontend.compile_workflow = note
    try:
        yield found
    finally:
        warren.frontend.compile_workflow = compile_workflow


def _lowering_refusals(cls: type[Workflow]) -> list[Diagnostic]:
    try:
        lower(cls.workflow_ir())
    except UnsupportedPatternError as error:
        return list(error.diagnostics)
    return []
