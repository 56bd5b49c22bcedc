"""Removes what a test made: its stream, its exchanges and its queues.

Arguments: NATS URL, stream, AMQP URL, name of the exchange.
"""

import asyncio
import sys

import nats
import nats.js.errors
import pika

url, stream, amqp, exchange = sys.argv[1:]


async def forget_stream():
    connection = await nats.connect(url)
    try:
        await connection.jetstream().delete_stream(stream)
    except nats.js.errors.NotFoundError:
        # A test without NATS makes none.
        pass
    await connection.close()


def forget_queues():
    connection = pika.BlockingConnection(pika.URLParameters(amqp))
    channel = connection.channel()
    for queue in [f"{exchange}.jobs", f"{exchange}.jobs.dead"]:
        channel.queue_delete(queue)
    for name in [exchange, f"{exchange}.dead"]:
        channel.exchange_delete(name)
    connection.close()


forget_queues()
asyncio.run(forget_stream())
