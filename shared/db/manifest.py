"""Compares a copy of the data with its manifest, as pg_verifybackup does: the wheel's own ends at once in a fault.

The manifest is PostgreSQL's ("Backup Manifest Format" in its documentation): every file with size and checksum, the
stretch of the log that makes the copy consistent, and last the checksum of all lines before it.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from shared.db.programs import last_line, run

NAME = "backup_manifest"
_LAST_LINE = b'"Manifest-Checksum"'


def faults(copy: Path) -> Iterator[str]:
    """Yield what is wrong with a copy; nothing when it is whole."""
    try:
        written = (copy / NAME).read_bytes()
        manifest = json.loads(written)
        sealed = hashlib.sha256(written[: written.rindex(_LAST_LINE)]).hexdigest()
    except (OSError, ValueError) as error:
        yield f"{NAME}: {error}"
        return
    if manifest["Manifest-Checksum"] != sealed:
        yield f"{NAME}: checksum"
        return
    for entry in manifest["Files"]:
        yield from _faults_of_file(copy, entry)
    for stretch in manifest["WAL-Ranges"]:
        yield from _faults_of_log(copy, stretch)


def _faults_of_file(copy: Path, entry: Mapping[str, Any]) -> Iterator[str]:
    name = entry.get("Path") or os.fsdecode(bytes.fromhex(entry["Encoded-Path"]))
    try:
        with (copy / name).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            digest = hashlib.file_digest(file, entry["Checksum-Algorithm"]).hexdigest()
    except (OSError, ValueError) as error:
        yield f"{name}: {error}"
        return
    if (size, digest) != (entry["Size"], entry["Checksum"]):
        yield f"{name}: checksum"


def _faults_of_log(copy: Path, stretch: Mapping[str, Any]) -> Iterator[str]:
    bounds = [f"--{name}={stretch[key]}" for name, key in _BOUNDS.items()]
    done = run("pg_waldump", ["--quiet", f"--path={copy / 'pg_wal'}", *bounds])
    if done.returncode:
        yield f"pg_wal: {last_line(done.stdout) or done.returncode}"


_BOUNDS = {"timeline": "Timeline", "start": "Start-LSN", "end": "End-LSN"}
