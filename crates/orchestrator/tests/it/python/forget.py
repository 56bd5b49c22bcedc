"""Removes what a test made: its stream, its exchanges and its queues.

Arguments: NATS URL, stream, AMQP URL, name of the exchange.
"""

import asyncio
import sys

import nats
import pika

url, stream, amqp, exchange = sys.argv[1:]


async def forget_stream():
    connection = await nats.connect(url)
    await connection.jetstream().delete_stream(stream)
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
