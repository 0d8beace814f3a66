"""The process of the server."""

from __future__ import annotations

import errno
import os
import selectors
import subprocess
import tempfile
from pathlib import Path
from typing import IO, Sequence

from .errors import ServerFailed
from .originals import monotonic

# Bytes of stdout before the two lines, and of stderr in a message.
_BANNER_MAX = 65_536
_ERROR_MAX = 2_000
START_S = 10.0
STOP_S = 5.0
_LISTENING = "listening on "
_TOKEN = "export API_TOKEN="
_LINES = (_LISTENING, _TOKEN)


class Process:
    """A running server, with the address and the token that it prints at its start."""

    def __init__(self, binary: Path, args: Sequence[str], log: str | os.PathLike[str] | None) -> None:
        """Starts the server and returns once it accepts requests. Raises ServerFailed if it does not."""
        self._owner = os.getpid()
        self._log = _opened(log)
        self._log_start = self._log.seek(0, os.SEEK_END)
        self._child = self._started(binary, args)
        try:
            lines = self._first_lines()
            self._guard = _guard_of(self._child.pid)
        except BaseException:
            self.stop()
            raise
        self.address, self.token = lines[_LISTENING], lines[_TOKEN]

    @property
    def pid(self) -> int:
        """Id of the process."""
        return self._child.pid

    def stop(self) -> None:
        """Ends the server by SIGTERM, after 5 s by SIGKILL. A forked child of the owner ends nothing."""
        if os.getpid() != self._owner:
            return
        _end(getattr(self, "_guard", None), 0.0)
        _end(self._child, STOP_S)
        if self._child.stdout is not None:
            self._child.stdout.close()
        self._log.close()

    def _started(self, binary: Path, args: Sequence[str]) -> subprocess.Popen[bytes]:
        command = [str(binary), "serve", *args]
        try:
            # A session of its own, because Ctrl-C must not end the server before the tests.
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._log, start_new_session=True
            )
        except OSError as error:
            self._log.close()
            raise ServerFailed(_not_run(binary, error)) from error

    def _first_lines(self) -> dict[str, str]:
        """The values of the first lines by their beginning, as soon as all are there."""
        text, deadline = b"", monotonic() + START_S
        while True:
            chunk = self._chunk(deadline - monotonic())
            # Another program may print for ever.
            if not chunk or len(text) > _BANNER_MAX:
                raise ServerFailed(self._failure())
            text += chunk
            found = _values(text)
            if len(found) == len(_LINES):
                return found

    def _chunk(self, seconds: float) -> bytes:
        """The next bytes of stdout; none at its end or after the time."""
        assert self._child.stdout is not None
        # `select.select` fails if a process has 1024 files or more.
        with selectors.DefaultSelector() as selector:
            selector.register(self._child.stdout, selectors.EVENT_READ)
            ready = selector.select(max(0.0, seconds))
        return os.read(self._child.stdout.fileno(), 65_536) if ready else b""

    def _failure(self) -> str:
        try:
            outcome = f"ended with exit code {self._child.wait(0.5)}"
        except subprocess.TimeoutExpired:
            outcome = f"accepted no requests within {START_S:g} s"
        return f"The slymock server {outcome} at its start: {self._said() or self._silent()}"

    def _said(self) -> str:
        """The end of its stderr."""
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(self._log_start, size - _ERROR_MAX))
        return self._log.read().decode("utf-8", "replace").strip()

    def _silent(self) -> str:
        return f"it printed no error. Is {str(self._child.args[0])!r} the slymock binary?"  # type: ignore[index]


def _values(text: bytes) -> dict[str, str]:
    """The values of the lines that are complete, by the beginning of the line."""
    lines = text.decode("utf-8", "replace").split("\n")[:-1]
    return {name: line[len(name) :] for name in _LINES for line in lines if line.startswith(name)}


def _opened(log: str | os.PathLike[str] | None) -> IO[bytes]:
    if log is None:
        return tempfile.TemporaryFile()
    try:
        return open(log, "a+b")
    except OSError as error:
        raise ServerFailed(f"The log file {os.fspath(log)!r} cannot be written: {error.strerror}.") from error


def _guard_of(pid: int) -> subprocess.Popen[bytes] | None:
    """A shell that ends the server when this process is gone, even by SIGKILL: then its stdin is at its end."""
    try:
        return subprocess.Popen(
            ["/bin/sh", "-c", 'read line; kill "$0"', str(pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        # Without a shell, `atexit` still ends the server.
        return None


def _end(child: subprocess.Popen[bytes] | None, patience_s: float) -> int | None:
    """Ends a process and returns its exit code; SIGTERM gets ``patience_s`` before SIGKILL."""
    if child is None:
        return None
    child.terminate()
    try:
        code = child.wait(patience_s)
    except subprocess.TimeoutExpired:
        child.kill()
        code = child.wait()
    if child.stdin is not None:
        child.stdin.close()
    return code


def _not_run(binary: Path, error: OSError) -> str:
    what = f"The slymock binary {str(binary)!r} cannot be run"
    if error.errno == errno.EACCES:
        return f"{what}: it is not executable. Make it executable with chmod +x."
    # ENOENT: the file is there, but not the loader that it names.
    is_foreign = error.errno in (errno.ENOEXEC, errno.ENOENT)
    reason = "it is made for another platform, or is damaged" if is_foreign else error.strerror
    return f"{what}: {reason}. Install slymock for this platform again."
