"""Reads the events of an experiment from JetStream as an independent client and prints what came.

Arguments: NATS URL, subject prefix, stream, experiment.
"""

import asyncio
import json
import sys

import nats
from nats.js.api import ConsumerConfig, DeliverPolicy

url, prefix, stream, experiment = sys.argv[1:]


async def main():
    connection = await nats.connect(url)
    jetstream = connection.jetstream()
    config = ConsumerConfig(deliver_policy=DeliverPolicy.ALL)
    subject = f"{prefix}.experiment.{experiment}.>"
    subscription = await jetstream.pull_subscribe(subject, stream=stream, config=config)
    subjects, ids = [], set()
    # The relay publishes after the commit: the last event may come a moment after the experiment has ended.
    quiet = 0
    while quiet < 3:
        try:
            messages = await subscription.fetch(100, timeout=1)
        except asyncio.TimeoutError:
            quiet += 1
            continue
        for message in messages:
            subjects.append(message.subject)
            ids.add(message.headers["Nats-Msg-Id"])
            json.loads(message.data)
            assert message.headers["ce-type"].startswith("claudoom.events.v1."), message.headers
            await message.ack()
    await connection.close()
    print(json.dumps({"subjects": subjects, "message_ids": len(ids)}))


asyncio.run(main())
