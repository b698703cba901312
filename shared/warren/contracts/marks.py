"""The attributes by which Warren marks what is the user's: those that set a mark and those that look for it agree here.

Those of decoded exceptions are in `tags`; the engine's own classes have more, which nobody else looks for.
"""

from __future__ import annotations

from typing import Final

ACTION: Final = "__warren_action__"
"""Of an action's wrapper: its key, `module:name`."""
QUEUE: Final = "__warren_queue__"
"""Of an action's wrapper: the queue whose workers run it."""
PARAMS: Final = "__warren_params__"
"""Of an action's wrapper: its parameters, without those that are injected."""
IR: Final = "__warren_ir__"
"""Of a workflow class: what it was compiled to."""
ACTION_NAMES: Final = "__warren_action_names__"
"""Of a workflow class: under which names its module knows each action."""
STARTS_RUNS: Final = "__warren_starts_runs__"
"""Of the `run` that `@workflow` puts in the place of the user's, which it wraps."""
ENCODE: Final = "__warren_encode__"
"""Of a class whose values encode themselves: the method that does it."""
