"""What runs over streams: echo, perf, ping, and protocols that are named at run time."""
import hashlib
import os
import time

import trio
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from libp2p.network.stream.exceptions import StreamEOF

ECHO, PERF, PING = "/echo/1.0.0", "/perf/1.0.0", "/ipfs/ping/1.0.0"
BLOCK = 65536
OPEN_BYTES_MAX = 65536


async def received(stream):
    """The pieces that come, until FIN."""
    while True:
        try:
            data = await stream.read(BLOCK)
        except StreamEOF:
            return
        if not data:
            return
        yield data


async def exactly(stream, size):
    data = b""
    while len(data) < size:
        part = await stream.read(size - len(data))
        if not part:
            raise EOFError("the stream ended too early")
        data += part
    return data


async def both(reading, writing):
    """Runs the two together; the first that fails ends the other."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(reading)
        nursery.start_soon(writing)


# ---- serving


async def serve_echo(stream, report):
    """Serves a stream, and reports bytes, hash and error."""
    sha256, count, error = hashlib.sha256(), 0, None
    try:
        async for data in received(stream):
            sha256.update(data)
            count += len(data)
            await stream.write(data)
        await stream.close_write()
    except Exception as failure:
        error = repr(failure)
        await stream.reset()
    report(count, sha256.hexdigest(), error)


async def serve_perf(stream):
    header = await exactly(stream, 8)
    async for _ in received(stream):
        pass
    await send_zeros(stream, int.from_bytes(header, "big"))
    await stream.close_write()


async def serve_nothing(stream):
    """Reads to FIN and answers with FIN."""
    async for _ in received(stream):
        pass
    await stream.close_write()


async def send_zeros(stream, count):
    block = bytes(BLOCK)
    while count > 0:
        size = min(count, BLOCK)
        await stream.write(block[:size])
        count -= size


# ---- asking


class Seeded:
    """The AES-256-CTR key stream under SHA-256 of the seed's decimal text, counter from zero."""

    def __init__(self, seed):
        key = hashlib.sha256(str(seed).encode()).digest()
        self._cipher = Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor()

    def next(self, size):
        return self._cipher.update(bytes(size))


class Underway:
    """Whether anything will come back: py-libp2p's mplex lets nobody write to a stream on which a read waits, for ever if nothing comes."""

    def __init__(self):
        self._sent, self._done, self._changed = 0, False, trio.Event()

    def sent(self, count):
        self._sent += count
        self._wake()

    def done(self):
        self._done = True
        self._wake()

    def _wake(self):
        self._changed.set()
        self._changed = trio.Event()

    async def beyond(self, received):
        while self._sent <= received and not self._done:
            await self._changed.wait()


async def echo(stream, count, seed, chunk):
    start = time.monotonic()
    sent, back, returned, underway = hashlib.sha256(), hashlib.sha256(), 0, Underway()

    async def write():
        source, left = Seeded(seed), count
        while left > 0:
            data = source.next(min(left, chunk))
            sent.update(data)
            await stream.write(data)
            underway.sent(len(data))
            left -= len(data)
        await stream.close_write()
        underway.done()

    async def read():
        nonlocal returned
        await underway.beyond(0)
        async for data in received(stream):
            back.update(data)
            returned += len(data)
            await underway.beyond(returned)

    await both(read, write)
    return {
        "bytes": count,
        "receivedBytes": returned,
        "sentSha256": sent.hexdigest(),
        "receivedSha256": back.hexdigest(),
        "millis": round((time.monotonic() - start) * 1000),
    }


async def perf(stream, upload, download):
    """Nothing comes back before the upload has ended, so reading can wait."""
    start, uploaded, count = time.monotonic(), None, 0
    await stream.write(download.to_bytes(8, "big"))
    await send_zeros(stream, upload)
    await stream.close_write()
    async for data in received(stream):
        uploaded = uploaded or time.monotonic()
        count += len(data)
    end = time.monotonic()
    uploaded = uploaded or end
    if count != download:
        raise ValueError(f"asked for {download} bytes, got {count}")
    return {
        "uploadBytes": upload,
        "downloadBytes": count,
        "uploadMillis": round((uploaded - start) * 1000),
        "downloadMillis": round((end - uploaded) * 1000),
    }


async def exchange(stream, message):
    """Sends, finishes, and gives all that comes back."""
    if message:
        await stream.write(message)
    await stream.close_write()
    answer = b""
    async for data in received(stream):
        answer += data
        if len(answer) > OPEN_BYTES_MAX:
            raise ValueError(f"more than {OPEN_BYTES_MAX} bytes came back")
    return answer


async def ping(stream):
    sent = os.urandom(32)
    start = time.monotonic()
    await stream.write(sent)
    if await exactly(stream, 32) != sent:
        raise ValueError("other bytes came back than were sent")
    millis = (time.monotonic() - start) * 1000
    await stream.close_write()
    return millis
