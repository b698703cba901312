"""`warren check`: every refusal in the modules' workflows, not only those of the first."""

from __future__ import annotations

from collections.abc import Sequence

from warren.errors import Diagnostic, InvalidInput, UnsupportedPatternError
from warren.frontend import report
from warren.lowering import lower
from warren.sdk.diagnostics import collected_diagnostics
from warren.sdk.workflow import Workflow
from warren_cli.failures import report as report_failure
from warren_cli.inputs import load_workflows
from warren_cli.output import err, out, write


def check(modules: Sequence[str], *, as_json: bool, github: bool) -> int:
    """Compile modules; returns 1 when something is refused.

    Raises:
        InvalidInput: some module cannot be imported, or none has a workflow; what is wrong in the others was printed.
    """
    failures: list[InvalidInput] = []
    workflows: list[type[Workflow]] = []
    with collected_diagnostics() as found:
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


def _lowering_refusals(cls: type[Workflow]) -> list[Diagnostic]:
    try:
        lower(cls.workflow_ir())
    except UnsupportedPatternError as error:
        return list(error.diagnostics)
    return []
