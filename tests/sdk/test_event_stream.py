"""The event stream of first-generation apps, read with the SDK."""

import logging
import threading

from supervisely.worker_api.agent_api import AgentAPI

from the_fake import Control, Server, eventually

METHOD = "GetGeneralEventsStream"
PATH = "/agent/" + METHOD


def read(address, ended):
    """Reads the stream to its end and reports how it ended."""
    api = AgentAPI("an agent's token", address, logging.getLogger("quiet"))
    api.add_to_metadata("x-task-id", "7")
    try:
        for event in api._get_input_stream(METHOD, None, b"", (4, 30), None):
            ended.append(event)
        ended.append("clean end")
    except Exception as error:
        ended.append(error)


def test_a_stream_stays_open_while_the_server_lives_and_then_breaks_off():
    ended = []
    with Server() as server:
        reader = threading.Thread(target=read, args=(server.address, ended))
        reader.start()
        control = Control(server)
        (entry,) = eventually(lambda: control.journal(PATH, scope="server"))
        assert (entry["task"], entry["status"]) == (7, 200)
        assert ended == [] and reader.is_alive()
    reader.join(10)
    assert not reader.is_alive()
    assert [type(error) for error in ended] != [str], "a clean end would stop the app"
    assert len(ended) == 1 and isinstance(ended[0], Exception)
