"""An example client, to be replaced with yours. It reads tasks and retries requests."""

import email.utils
import http.client
import json
import logging
import time
import urllib.parse

RETRIED = {408, 429, 499, 500, 502, 503, 504, 509, 598, 599}
AGENT_AWAY = "Agent should call AgentConnected or AgentPing before attempting any other request"
LONGEST_PAUSE, LONGEST_RETRY_AFTER = 60, 3600
log = logging.getLogger("client")


class Refused(Exception):
    """The response has a status other than 200."""

    def __init__(self, method, status_code, text, retry_after):
        super().__init__(f"{method}: {status_code} {text}")
        self.status_code, self.text, self.retry_after = status_code, text, retry_after

    def is_passing(self):
        """True if the same request may succeed later."""
        return self.status_code in RETRIED or (self.status_code == 400 and AGENT_AWAY in self.text)


class GaveUp(Exception):
    """All attempts failed."""


class BadAnswer(Exception):
    """The response does not have the promised form."""


class Client:
    def __init__(self, url, token, attempts, first_pause, task):
        self.host, self.token = urllib.parse.urlsplit(url).netloc, token
        self.attempts, self.first_pause = attempts, first_pause
        self.headers = {"Content-Type": "application/json", "x-api-key": token}
        if task is not None:
            self.headers["x-task-id"] = str(task)

    def info(self, id):
        task = self.post("tasks.info", {"id": id})
        if not isinstance(task, dict):
            raise BadAnswer("tasks.info: not an object")
        return task

    def status(self, id):
        status = self.info(id).get("status")
        if status not in ("queued", "consumed", "started", "deployed", "error", "finished", "terminating", "stopped"):
            raise BadAnswer("tasks.info: unknown status")
        return status

    def post(self, method, data):
        for attempt in range(1, self.attempts + 1):
            try:
                return self.try_once(method, json.dumps(data))
            except (OSError, http.client.HTTPException, Refused) as error:
                if isinstance(error, Refused) and not error.is_passing():
                    raise
                asked = getattr(error, "retry_after", 0)
                if attempt == self.attempts or asked > LONGEST_RETRY_AFTER:
                    raise GaveUp(f"{method}: {attempt} attempts failed, the last with {error}") from None
                pause = max(min(self.first_pause * 2 ** (attempt - 1), LONGEST_PAUSE), asked)
                log.warning("retrying %s in %s s, after attempt %d: %s", method, pause, attempt, error)
                time.sleep(pause)

    def try_once(self, method, body):
        connection = http.client.HTTPConnection(self.host, timeout=60)
        try:
            connection.request("POST", f"/public/api/v3/{method}", body, self.headers)
            reply = connection.getresponse()
            answer = reply.read()
        finally:
            connection.close()
        if reply.status != 200:
            text = answer.decode(errors="replace").replace(self.token, "[token]")
            raise Refused(method, reply.status, text, retry_after(reply))
        try:
            return json.loads(answer.decode())
        except ValueError:
            raise BadAnswer(f"{method}: not JSON") from None


def retry_after(reply):
    """The pause that a response asks for, in seconds. A date is relative to the response's own `Date`."""
    asked = reply.getheader("Retry-After", "")
    if reply.status not in (429, 503):
        return 0
    if asked.isdigit():
        return int(asked)
    try:
        date, now = (email.utils.parsedate_to_datetime(text) for text in (asked, reply.getheader("Date", "")))
        return max((date - now).total_seconds(), 0)
    except (TypeError, ValueError):
        return 0
