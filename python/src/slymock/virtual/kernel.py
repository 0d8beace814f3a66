"""The view of the kernel on a thread. On Linux it shows for sure that a thread has not run."""

from __future__ import annotations

import threading
import time

from .. import originals

# The last bits of a clock id mean: scheduler time, of one thread. `time.pthread_getcpuclockid` makes the same id,
# but reads freed memory if the thread has just ended; the kernel refuses the id of such a thread.
_CPU_CLOCK_OF_THREAD = 6
_RUNNING = (b"R", b"D")
TRIES = 20


class Kernel:
    """Processor times and states of threads. A source that does not work on this machine is not used."""

    def __init__(self) -> None:
        self._is_probed = self._has_cpu = self._has_state = False

    @property
    def is_exact(self) -> bool:
        """True if it is known for sure that a thread has not run, and does not wait for a processor."""
        return self._has_state

    def probe(self, blocked: threading.Thread) -> None:
        """Tries the sources once, on a thread that becomes blocked and stays so during this call."""
        if self._is_probed:
            return
        self._is_probed = self._has_cpu = self._has_state = True
        stands = self._tries(blocked)
        self._has_cpu, self._has_state = any(stands), "blocked" in stands

    def cpu_ns(self, thread: threading.Thread) -> int | None:
        """Processor time that a thread has used; None if unknown."""
        if not self._has_cpu or thread.native_id is None:
            return None
        try:
            return time.clock_gettime_ns((~thread.native_id << 3) | _CPU_CLOCK_OF_THREAD)
        except (AttributeError, OSError):  # not on this platform, or the thread has ended
            return None

    def has_ended(self, thread: threading.Thread) -> bool:
        """True if a thread has ended, even if another one has its id by now; False if unknown."""
        return self._has_cpu and thread.native_id is not None and self.cpu_ns(thread) is None

    def is_running(self, thread: threading.Thread) -> bool:
        """True if a thread runs, waits for a processor, or waits for a disk; False if unknown."""
        if not self._has_state:
            return False
        try:
            with open(f"/proc/self/task/{thread.native_id}/stat", "rb", buffering=0) as file:
                return file.read(300).rpartition(b")")[2][1:2] in _RUNNING
        except OSError:
            return False

    def _tries(self, thread: threading.Thread) -> set[str | None]:
        # On a busy machine, a thread may stand still because it waits for a processor on its way to be blocked.
        seen: set[str | None] = set()
        for _ in range(TRIES):
            if "blocked" not in seen:
                seen.add(self._stand(thread))
        return seen

    def _stand(self, thread: threading.Thread) -> str | None:
        before = self.cpu_ns(thread)
        originals.sleep(0.001)
        if before is None or before <= 0 or self.cpu_ns(thread) != before:
            return None
        return "running" if self.is_running(thread) else "blocked"
