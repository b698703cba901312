"""The embedded PostgreSQL: its first start, its next ones, and what it does after its owner was killed."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from tests.support.eventually import eventually
from tests.support.store_records import new_run

from warren.adapters.postgres import PostgresRunStore
from warren.adapters.postgres.embedded import EmbeddedPostgres
from warren.errors import StoreError

OWNER = """
import asyncio, sys
from pathlib import Path
from warren.adapters.postgres.embedded import EmbeddedPostgres

async def main():
    async with EmbeddedPostgres(Path(sys.argv[1])) as server:
        print(server.url, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="warren-embedded-"))
    yield folder
    pid = postmaster(folder / "data")
    if pid is not None and psutil.pid_exists(pid):
        psutil.Process(pid).kill()
    shutil.rmtree(folder)


def postmaster(data_dir: Path) -> int | None:
    try:
        return int((data_dir / "cluster" / "postmaster.pid").read_text().splitlines()[0])
    except (FileNotFoundError, IndexError):
        return None


async def count_runs(server: EmbeddedPostgres, *, add: int = 0) -> int:
    store = PostgresRunStore(server.url, name="embedded", give_up_after=timedelta(seconds=10))
    await store.migrate()
    await store.connect()
    await store.create_runs([new_run() for _ in range(add)])
    count = len(await store.open_run_ids(after=None, limit=100))
    await store.close()
    return count


def start_owner(data_dir: Path) -> subprocess.Popen[str]:
    owner = subprocess.Popen([sys.executable, "-c", OWNER, data_dir], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    assert owner.stdout.readline().startswith("postgresql://")
    return owner


async def test_data_survives_and_the_next_start_is_quick(folder: Path) -> None:
    data_dir = folder / "not" / "there" / "yet"
    seconds = []
    for start in range(4):
        begun = time.monotonic()
        async with EmbeddedPostgres(data_dir) as server:
            seconds.append(time.monotonic() - begun)
            assert await count_runs(server, add=1) == start + 1
            assert postmaster(data_dir) is not None
        assert postmaster(data_dir) is None
    assert min(seconds[1:]) < seconds[0], "nothing is initialised again"


async def test_a_long_path_with_odd_characters_works(folder: Path) -> None:
    data_dir = folder / ("it's a very long näme " * 6) / "data"
    async with EmbeddedPostgres(data_dir) as server:
        assert await count_runs(server, add=1) == 1


async def test_nobody_else_may_open_its_socket(folder: Path) -> None:
    async with EmbeddedPostgres(folder / "data"):
        cluster = folder / "data" / "cluster"
        assert cluster.stat().st_mode & 0o077 == 0
        postgres = psutil.Process(postmaster(folder / "data"))
        assert [c for c in postgres.net_connections() if c.status == psutil.CONN_LISTEN] == []
        assert postgres.uids().effective != 0


async def test_a_directory_in_use_is_refused_with_a_hint(folder: Path) -> None:
    async with EmbeddedPostgres(folder / "data") as server:
        with pytest.raises(StoreError, match=f"process {os.getpid()}.*WARREN_DATABASE_URL"):
            await EmbeddedPostgres(folder / "data").__aenter__()
        assert await count_runs(server) == 0


async def test_a_killed_owner_leaves_a_server_that_is_taken_over(folder: Path) -> None:
    owner = start_owner(folder / "data")
    left_over = postmaster(folder / "data")
    assert left_over is not None
    with pytest.raises(StoreError, match=f"process {owner.pid}"):
        await EmbeddedPostgres(folder / "data").__aenter__()
    owner.kill()
    owner.wait()
    assert psutil.pid_exists(left_over)
    async with EmbeddedPostgres(folder / "data") as server:
        assert await count_runs(server, add=1) == 1
        assert postmaster(folder / "data") != left_over
    assert postmaster(folder / "data") is None


async def test_a_killed_owner_and_a_killed_server_are_recovered_from(folder: Path) -> None:
    owner = start_owner(folder / "data")
    pid = postmaster(folder / "data")
    assert pid is not None
    family = [psutil.Process(pid), *psutil.Process(pid).children()]
    owner.kill()
    owner.wait()
    for process in family:
        process.kill()
    psutil.wait_procs(family, timeout=10)
    async with EmbeddedPostgres(folder / "data") as server:
        assert await count_runs(server, add=1) == 1


async def test_a_stale_pid_file_that_names_a_living_stranger_is_ignored(folder: Path) -> None:
    async with EmbeddedPostgres(folder / "data"):
        cluster = folder / "data" / "cluster"
        text = (cluster / "postmaster.pid").read_text()
    stranger = await asyncio.create_subprocess_exec("sleep", "60", cwd="/")
    (cluster / "postmaster.pid").write_text("\n".join([str(stranger.pid), *text.splitlines()[1:]]) + "\n")
    async with EmbeddedPostgres(folder / "data") as server:
        assert await count_runs(server, add=1) == 1
    assert stranger.returncode is None
    stranger.kill()
    await stranger.wait()


async def test_an_interrupted_initialisation_is_done_again(folder: Path) -> None:
    (folder / "data" / "cluster.new" / "base").mkdir(parents=True)
    async with EmbeddedPostgres(folder / "data") as server:
        assert await count_runs(server) == 0


async def test_a_ctrl_c_for_us_is_not_one_for_the_server(folder: Path) -> None:
    async with EmbeddedPostgres(folder / "data") as server:
        pid = postmaster(folder / "data")
        assert pid is not None
        assert os.getpgid(pid) != os.getpgid(os.getpid())
        os.kill(pid, signal.SIGHUP)
        assert await count_runs(server) == 0


async def test_a_server_that_does_not_start_shows_its_log(folder: Path) -> None:
    async with EmbeddedPostgres(folder / "data"):
        pass
    (folder / "data" / "cluster" / "global" / "pg_control").unlink()
    with pytest.raises(StoreError, match=r"did not start:\n(.|\n)*pg_control"):
        await EmbeddedPostgres(folder / "data").__aenter__()


async def test_a_cancelled_start_leaves_nothing_running(folder: Path) -> None:
    server = EmbeddedPostgres(folder / "data")
    starting = asyncio.create_task(server.__aenter__())
    await eventually((folder / "data" / "lock").exists, every_seconds=0.001)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    async with EmbeddedPostgres(folder / "data") as other:
        assert await count_runs(other) == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be refused by PostgreSQL, and only root can set this up")
async def test_as_root_a_closed_directory_works_and_stays_closed(folder: Path) -> None:
    folder.chmod(0o700)
    async with EmbeddedPostgres(folder / "data") as server:
        assert await count_runs(server, add=1) == 1
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="as another user the rest of this file tests the same")
async def test_as_another_user_it_works_too(folder: Path) -> None:
    folder.chmod(0o777)
    # With root's right to pass closed directories, since this Python may lie below root's home.
    become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    become += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--"]
    script = OWNER.replace("await asyncio.sleep(600)", "pass")
    command = [*become, sys.executable, "-c", script, str(folder / "data")]
    done = await asyncio.to_thread(subprocess.run, command, cwd="/", capture_output=True, text=True)
    assert done.stdout.startswith("postgresql://"), done.stderr
    assert (folder / "data" / "cluster").stat().st_uid == 65534
