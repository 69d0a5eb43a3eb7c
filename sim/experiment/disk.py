"""Writing so that nothing half-written ever looks whole, and saying plainly why it could not be done.

A file is written beside its place, flushed to the disk, and only then given its name. One lock a run keeps
two commands from writing the same result. What the files contain is not decided here.
"""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sim.errors import SimError

_FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_NOT_A_FOLDER = frozenset({errno.ENOTDIR, errno.EEXIST})


class DiskError(SimError):
    """Something could not be written or read; nothing that looks whole was left behind."""


def explained(error: OSError, path: Path, doing: str) -> DiskError:
    """The message for a failure of the disk.

    Parameters
    ----------
    error : OSError
    path : Path
        What was being written or read.
    doing : str
        In words, to complete "Could not ...".
    """
    code = error.errno
    text = str(error)
    if code in _FULL or "No space left" in text:
        why = (
            "the disk is full. Make room there, or name another folder with --out, and give the same command "
            "again: what is finished is kept and not run twice"
        )
    elif code == errno.EFBIG:
        why = "the file would be larger than this account may write. Raise that limit or use --out"
    elif code == errno.EROFS:
        why = "that file system is read-only. Name a folder you may write to with --out"
    elif code in _FORBIDDEN or isinstance(error, PermissionError):
        why = "this account may not write there. Name a folder you may write to with --out"
    elif code in _NOT_A_FOLDER or isinstance(error, (NotADirectoryError, FileExistsError)):
        why = "a part of that path is a file, not a folder. Name a folder with --out"
    else:
        why = f"the system says: {error.strerror or text}"
    return DiskError(f"Could not {doing}: {path}: {why}.")


@contextmanager
def on_disk(path: Path, doing: str) -> Iterator[None]:
    """Turn any failure of the disk inside the block into a message that names the path.

    Raises
    ------
    DiskError
        In place of every `OSError` raised inside.
    """
    try:
        yield
    except OSError as error:
        raise explained(error, path, doing) from error


def prepare_root(root: Path) -> Path:
    """Make the results folder if it is missing and prove that it can be written to, before anything is run.

    Returns
    -------
    Path
        The folder, absolute.

    Raises
    ------
    DiskError
        If it cannot be made or written to.
    """
    with on_disk(root, "use this results folder"):
        root = root.expanduser().absolute()
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(prefix=".trial-", dir=root) as trial:  # gone even if we are killed
            trial.write(b"a line, to see whether one can be written\n")
            trial.flush()
            os.fsync(trial.fileno())
    return root


def sync_folder(folder: Path) -> None:
    """Flush the names in a folder to the disk, where the system can."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file that is either there in full or not there.

    Raises
    ------
    OSError
        If it could not be written; the unfinished copy is removed, an earlier file of this name stands.
    """
    data = content.encode() if isinstance(content, str) else content
    unfinished = path.with_name(f".{path.name}.unfinished-{os.getpid()}")
    try:
        with open(unfinished, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


def _take(handle: int) -> bool:
    """Whether the lock on an open file was free and is now ours; True where the system has no locks."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno in {errno.ENOLCK, errno.ENOTSUP}:  # a network drive without locks: go on without
            return True
        raise
    return True


@contextmanager
def only_writer(root: Path, run_id: str) -> Iterator[None]:
    """Hold the lock of one run for the length of the block.

    Workers inherit it: it is free again only when the last process that could still write has ended.

    Raises
    ------
    SimError
        If another command holds it.
    DiskError
        If the lock file cannot be written.
    """
    path = root / f".{run_id}.lock"
    with on_disk(path, "lock this run"):
        while True:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
            if not _take(handle):
                os.close(handle)
                raise SimError(
                    f"Another command is writing this very run ({run_id}) into {root} at this moment. "
                    "Wait until it has ended, or write elsewhere with --out."
                )
            try:
                if os.fstat(handle).st_ino == path.stat().st_ino:
                    break
            except FileNotFoundError:  # the one before us removed it between our two looks
                pass
            os.close(handle)
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        with suppress(OSError):
            os.close(handle)
