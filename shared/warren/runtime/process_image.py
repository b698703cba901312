"""What a process was started with, to restart it in its place. Knows nothing of what the process does."""

from __future__ import annotations

import logging
import os
import sys
from dataclasses import dataclass
from typing import NoReturn

from warren.runtime.process_end import end_children
from warren.sdk.forks import flush_streams


@dataclass(frozen=True, slots=True)
class ProcessImage:
    """The interpreter, its arguments, the working directory (None: it was gone) and the environment."""

    executable: str
    arguments: tuple[str, ...]
    directory: str | None
    environment: dict[str, str]

    @classmethod
    def of_this_process(cls) -> ProcessImage | None:
        """Of this process as it is now; call it before user code runs. None where Python does not know."""
        if not sys.executable or not sys.orig_argv:
            return None
        try:
            directory = os.getcwd()  # noqa: PTH109 - one less thing that may fail
        except OSError:
            directory = None
        return cls(sys.executable, tuple(sys.orig_argv[1:]), directory, dict(os.environ))

    def replace(self) -> NoReturn:
        """Restart: same process id, same arguments. Threads end where they are, `atexit` functions do not run.

        Python opens files and sockets close-on-exec, so connections end here, and what was not acknowledged is
        delivered to others.

        Raises:
            OSError: the interpreter cannot be started; children of `multiprocessing` have been ended.
        """
        end_children()
        flush_streams()
        logging.shutdown()
        if self.directory is not None:
            os.chdir(self.directory)
        os.execve(self.executable, [self.executable, *self.arguments], self.environment)
