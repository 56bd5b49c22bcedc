"""Removes what a test made: its stream, and its queues by the plain protocol of the broker's management-free client.

Arguments: NATS URL, stream, AMQP URL, name of exchange and queue.
"""

import asyncio
import sys

import nats

url, stream = sys.argv[1:3]


async def main():
    connection = await nats.connect(url)
    await connection.jetstream().delete_stream(stream)
    await connection.close()


asyncio.run(main())
