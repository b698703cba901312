"""The peers' own virtual environments, so that nothing of theirs comes near the project's. Made once, kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / ".venv-peers"
PACKAGES = {
    "celery": ("celery>=5.5,<6",),
    "taskiq": ("taskiq>=0.13", "taskiq-aio-pika>=0.6", "uvloop"),
    "dbos": ("dbos>=3",),
}


def environment(peer: str) -> Path:
    """The `bin` folder of a peer's environment. Raises `CalledProcessError` when it cannot be installed."""
    place = FOLDER / peer
    stamp = place / "installed"
    wanted = " ".join(PACKAGES[peer])
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
        python = place / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES[peer]], check=True)
        stamp.write_text(wanted)
    return place / "bin"


def versions(peer: str) -> str:
    """What is installed, as `name version` pairs."""
    command = [environment(peer) / "python", "-m", "pip", "list", "--format", "freeze"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    names = {requirement.split(">")[0].split("=")[0].lower() for requirement in PACKAGES[peer]}
    return ", ".join(line.replace("==", " ") for line in listed if line.split("==")[0].lower() in names)
