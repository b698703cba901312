"""The front end: Python source of a workflow to the IR, or a refusal for every place that cannot be compiled."""

from warren.frontend.report import as_github, as_json, as_text
from warren.frontend.workflow import Compiled, compile_workflow

__all__ = ["Compiled", "as_github", "as_json", "as_text", "compile_workflow"]
