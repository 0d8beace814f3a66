"""The real functions of the clock.

They are bound when the package is imported, so that a test that replaces one of them, such as with
``monkeypatch.setattr("time.sleep", ...)``, does not change what virtual time takes for the real one.
"""

from __future__ import annotations

from time import monotonic, monotonic_ns, perf_counter, perf_counter_ns, sleep

__all__ = ["monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "sleep"]
