"""A listener that should get no request and keeps the first line of each, and a user's environment
that leads to it."""

import socketserver

import certifi

from real_app import serving

ANSWER = b"HTTP/1.1 203 Trapped\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

# Schemes for which requests, httpx and aiohttp use a proxy.
PROXIED = ("http", "https", "ws", "wss", "all")
CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SLY_EXTRA_CA_CERTS")
ADDRESSES = ("SERVER_ADDRESS", "SUPERVISELY_API_SERVER_ADDRESS")
TOKENS = ("API_TOKEN", "context.spawnApiToken")
# Their values are ids of another world.
IDS = (
    "TEAM_ID",
    "CONTEXT_TEAMID",
    "context.teamId",
    "WORKSPACE_ID",
    "CONTEXT_WORKSPACEID",
    "context.workspaceId",
    "AGENT_ID",
)


class Trap(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.address = "127.0.0.1:{}".format(self.server_address[1])
        self.seen = []


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.server.seen.append(self.rfile.readline().decode("latin-1").strip())
        self.wfile.write(ANSWER)


def set_trap():
    return serving(Trap())


def leading_to(trap, home, spell):
    """All variables by which the SDK, requests, httpx and aiohttp choose a server, a token, a proxy or
    certificates, set to the trap. `spell` sets the case of the names of proxies."""
    http = "http://" + trap.address
    away = {spell("{}_proxy".format(scheme)): http for scheme in PROXIED}
    away.update(dict.fromkeys(ADDRESSES, http), **dict.fromkeys(TOKENS, "x" * 128))
    away.update(dict.fromkeys(IDS, "7"), HOME=str(home), DEBUG_WITH_SLY_NET="1")
    away.update(NETRC=str(home / "netrc"), SSL_CERT_DIR=str(home))
    # The SDK joins them into one file under TMPDIR.
    away.update(dict.fromkeys(CERTIFICATES, certifi.where()), TMPDIR=str(home))
    away[spell("no_proxy")] = "corp.example"
    (home / "netrc").write_text("default login somebody password secret\n")
    lines = ["{}={}".format(name, away[name]) for name in ("SERVER_ADDRESS", "API_TOKEN")]
    (home / "supervisely.env").write_text("\n".join(["HTTP_PROXY=" + http, "TEAM_ID=7", *lines]))
    return away
