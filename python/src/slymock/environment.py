"""The environment variables that lead the SDK to a world, as ``slymock exec`` sets them."""

from __future__ import annotations

import os
import urllib.request
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any, Iterator, Mapping, NamedTuple
from urllib.parse import urlsplit

from .layers import Changes, Layer, OfferedLayer

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
_FIRST_IDS = {"TEAM_ID": "teams", "WORKSPACE_ID": "workspaces", "AGENT_ID": "agents"}
_NO_PROXY = ("NO_PROXY", "no_proxy")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
# httpx makes a connection pool for each of these proxies, even if no request uses it.
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")


class Place(NamedTuple):
    """The values of a world that variables have. ``ids``: its first ids by variable; None if it has none."""

    address: str
    token: str
    ids: Mapping[str, int | None]


def place_of(address: str, token: str, tables: Mapping[str, Any]) -> Place:
    """The values of a world with these tables, which a snapshot has."""
    ids = {name: [row["id"] for row in tables[table]] for name, table in _FIRST_IDS.items()}
    return Place(address, token, {name: min(rows, default=None) for name, rows in ids.items()})


def changes(place: Place, own: Mapping[str, str]) -> Changes:
    """The changes that lead from the environment ``own`` to a world."""
    made = {"SERVER_ADDRESS": place.address, "API_TOKEN": place.token, _NO_HTTPS: "true"}
    made.update({name: str(id) for name, id in place.ids.items() if id is not None})
    made.update({name: _with_loopback(_list_of(name, own), place.address) for name in _NO_PROXY})
    missing = [name for name, id in place.ids.items() if id is None]
    return Changes(made, [*missing, *_PAST_OURS, *_foreign_proxies(own), *_odd_lists(own)])


def applied(place: Place) -> AbstractContextManager[None]:
    """Sets and removes the variables in ``os.environ``. At the end, exactly these have their old values again."""
    return _during(Layer(), place)


def offered(place: Place) -> AbstractContextManager[None]:
    """As `applied`, but a variable that has another value by the end keeps it, as if it had been set without us.

    ``os.environ.setdefault`` returns the world's value, and its own stands at the end if there was none before.
    """
    return _during(OfferedLayer(), place)


@contextmanager
def _during(layer: Layer, place: Place) -> Iterator[None]:
    layer.enter(partial(changes, place))
    try:
        yield
    finally:
        layer.leave()


def reach_directly(address: str) -> None:
    """Adds this machine to the lists of ``os.environ``, for good, if requests to the address used a proxy."""
    host = urlsplit(address).hostname or ""
    if "http" in urllib.request.getproxies() and not urllib.request.proxy_bypass(host):
        os.environ.update({name: _with_loopback(_list_of(name, os.environ), address) for name in _NO_PROXY})


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
