"""Reads probes, metrics and events over HTTP as an independent client and prints what came.

Arguments: address (host:port), experiment, token.
"""

import asyncio
import http.client
import json
import sys
import urllib.parse

import websockets

address, experiment, token = sys.argv[1:]
bearer = {"Authorization": f"Bearer {token}"}
path = f"/v1/experiments/{urllib.parse.quote(experiment)}/events"


def get(path, headers={}):
    connection = http.client.HTTPConnection(address, timeout=30)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    return {"status": response.status, "headers": dict(response.headers), "text": response.read().decode()}


def events(text):
    """The ids and data of a stream of server-sent events."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":") and ": " in line)
        if fields:
            found.append([fields.get("id"), json.loads(fields["data"])])
    return found


async def socket(path, **options):
    received = []
    async with websockets.connect(f"ws://{address}{path}", **options) as connection:
        try:
            while True:
                received.append(json.loads(await connection.recv()))
        except websockets.ConnectionClosed as closed:
            return {"events": received, "code": closed.rcvd.code, "reason": closed.rcvd.reason}


async def refused(path):
    try:
        await socket(path)
    except websockets.InvalidStatus as error:
        return error.response.status_code


all_events = events(get(path, bearer)["text"])
last = all_events[-1][0]
print(
    json.dumps(
        {
            "livez": get("/livez"),
            "readyz": get("/readyz"),
            "metrics": get("/metrics", bearer),
            "metrics_of_strangers": get("/metrics"),
            "events": all_events,
            "resumed": events(get(path, {**bearer, "Last-Event-ID": "2"})["text"]),
            "seen_all": get(path, {**bearer, "Last-Event-ID": last})["status"],
            "bad_id": get(path, {**bearer, "Last-Event-ID": "x"}),
            "unknown": get("/v1/experiments/nobody/events", bearer),
            "nowhere": get("/v1/nothing"),
            "strangers": get(path),
            "socket": asyncio.run(socket(path + "/ws?after=1", additional_headers=bearer)),
            "browser": asyncio.run(
                socket(path + "/ws", subprotocols=["claudoom.events.v1", f"bearer.{token}"])
            ),
            "refused": asyncio.run(refused(path + "/ws")),
        }
    )
)
