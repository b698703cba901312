"""`check` (every refusal in the modules' workflows, and what a code means) and `graph`."""

from __future__ import annotations

import linecache
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from warren.errors import Diagnostic, InvalidInput, RefusalCode, UnsupportedPatternError
from warren.frontend import explanations, report
from warren.lowering import lower
from warren.lowering.draw import draw
from warren.sdk.compiled_bindings import changes_of
from warren.sdk.diagnostics import collected_diagnostics
from warren.sdk.workflow import Workflow
from warren_cli.failures import report as report_failure
from warren_cli.graph_formats import render
from warren_cli.inputs import load_workflow, load_workflows
from warren_cli.output import err, out, write


def check(modules: Sequence[str], *, as_json: bool, github: bool) -> int:
    """Compile modules; returns 1 when something is refused.

    Raises:
        InvalidInput: no module is named, some module cannot be imported, or none has a workflow; what is wrong in the
            others was printed.
    """
    if not modules:
        raise InvalidInput("MODULE: name at least one module, or explain a code with --explain CODE")
    failures: list[InvalidInput] = []
    workflows: list[type[Workflow]] = []
    with collected_diagnostics() as found:
        for module in modules:
            try:
                workflows += (each for each in load_workflows([module]) if each not in workflows)
            except InvalidInput as error:
                failures.append(error)
    for cls in workflows:
        changes = changes_of(cls)
        found += changes
        if not changes and cls.workflow_ir().functions:
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


def explain(text: str) -> int:
    """Print what a refusal code means.

    Raises:
        InvalidInput: there is no such code.
    """
    name = text.strip().removeprefix("error").strip("[]").lower()
    if name not in list(RefusalCode):
        close = get_close_matches(name, list(RefusalCode), n=3, cutoff=0.5)
        meant = f"; did you mean {' or '.join(close)}?" if close else ";"
        raise InvalidInput(f"--explain: there is no code {text!r}{meant} all codes: docs/reference/refusals.md")
    write(explanations.explain(RefusalCode(name)))
    return 0


def _lowering_refusals(cls: type[Workflow]) -> list[Diagnostic]:
    try:
        lower(cls.workflow_ir())
    except UnsupportedPatternError as error:
        return list(error.diagnostics)
    return []
