"""The environment variables that lead the SDK to a world, as ``slymock exec`` sets them."""

from __future__ import annotations

import os
import urllib.request
from contextlib import contextmanager
from typing import Iterator, Mapping, NamedTuple
from urllib.parse import urlsplit

# Keeps SDKs since 6.73.328 from trying https first.
_NO_HTTPS = "SUPERVISELY_SKIP_HTTPS_USER_HELPER_CHECK"
# The SDK prefers these to the variables of the world.
_PAST_OURS = (
    "SUPERVISELY_API_SERVER_ADDRESS",
    "context.spawnApiToken",
    "DEBUG_WITH_SLY_NET",
    "CONTEXT_TEAMID",
    "context.teamId",
    "CONTEXT_WORKSPACEID",
    "context.workspaceId",
)
_NO_PROXY = ("NO_PROXY", "no_proxy")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
# httpx makes a connection pool for each of these proxies, even if no request uses it.
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")


class Place(NamedTuple):
    """The values of a world that variables have. ``ids``: its first ids by variable; None if it has none."""

    address: str
    token: str
    ids: Mapping[str, int | None]


class Changes(NamedTuple):
    """The changes to an environment."""

    set: dict[str, str]
    removed: list[str]


def changes(place: Place, own: Mapping[str, str]) -> Changes:
    """The changes that lead from the environment ``own`` to a world."""
    made = {"SERVER_ADDRESS": place.address, "API_TOKEN": place.token, _NO_HTTPS: "true"}
    made.update({name: str(id) for name, id in place.ids.items() if id is not None})
    made.update({name: _with_loopback(_list_of(name, own), place.address) for name in _NO_PROXY})
    missing = [name for name, id in place.ids.items() if id is None]
    return Changes(made, [*missing, *_PAST_OURS, *_foreign_proxies(own), *_odd_lists(own)])


@contextmanager
def applied(place: Place) -> Iterator[None]:
    """Sets and removes the variables in ``os.environ``. At the end, exactly these have their old values again."""
    before = _apply(changes(place, os.environ))
    try:
        yield
    finally:
        _restore(before)


@contextmanager
def offered(place: Place) -> Iterator[None]:
    """As `applied`, but a variable that has another value by the end keeps it, as if it had been set without us."""
    made = changes(place, os.environ)
    before = _apply(made)
    try:
        yield
    finally:
        untouched = [name for name in before if os.environ.get(name) == made.set.get(name)]
        _restore({name: before[name] for name in untouched})


def reach_directly(address: str) -> None:
    """Adds this machine to the lists of ``os.environ``, for good, if requests to the address used a proxy."""
    host = urlsplit(address).hostname or ""
    if "http" in urllib.request.getproxies() and not urllib.request.proxy_bypass(host):
        os.environ.update({name: _with_loopback(_list_of(name, os.environ), address) for name in _NO_PROXY})


def _apply(made: Changes) -> dict[str, str | None]:
    """Makes the changes, and returns the old values."""
    before = {name: os.environ.get(name) for name in [*made.set, *made.removed]}
    for name in made.removed:
        os.environ.pop(name, None)
    os.environ.update(made.set)
    return before


def _restore(before: Mapping[str, str | None]) -> None:
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _list_of(wanted: str, own: Mapping[str, str]) -> str:
    """The list of one spelling; a spelling without a list starts from another's."""
    filled = [name for name in own if name.lower() == "no_proxy" and own[name]]
    return own[wanted] if wanted in filled else own[filled[0]] if filled else ""


def _odd_lists(own: Mapping[str, str]) -> list[str]:
    """Other spellings of no_proxy. Python uses the last of all spellings, so only ours may stay."""
    return [name for name in own if name.lower() == "no_proxy" and name not in _NO_PROXY]


def _with_loopback(hosts: str, address: str) -> str:
    # Python reads `*` as all hosts only if it is the whole list.
    if hosts == "*":
        return hosts
    known = [host.strip() for host in hosts.split(",")]
    added = dict.fromkeys([*_LOOPBACK, urlsplit(address).hostname or ""])
    return ",".join([*([hosts] if hosts else []), *(host for host in added if host not in known)])


def _foreign_proxies(own: Mapping[str, str]) -> list[str]:
    """The proxies for which NO_PROXY is not enough: httpx fails before any request if one does not speak http."""

    def is_foreign(name: str) -> bool:
        scheme, separator, _ = own[name].lower().partition("://")
        return name.lower() in _PROXIES and separator != "" and scheme not in ("http", "https")

    return [name for name in own if is_foreign(name)]
