"""Sends control messages over NATS as an independent client and prints the answers.

Arguments: NATS URL, subject prefix, then pairs of a verb and a body. A body that begins with `!` is sent without a reply
subject, and has no answer.
"""

import asyncio
import json
import sys

import nats

url, prefix, *messages = sys.argv[1:]


async def main():
    connection = await nats.connect(url)
    answers = []
    for verb, body in zip(messages[::2], messages[1::2]):
        subject = f"{prefix}.control.{verb}"
        if body.startswith("!"):
            await connection.publish(subject, body[1:].encode())
            await connection.flush()
            answers.append(None)
            continue
        answer = await connection.request(subject, body.encode(), timeout=30)
        answers.append(json.loads(answer.data))
    await connection.close()
    print(json.dumps(answers))


asyncio.run(main())
