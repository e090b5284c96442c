"""Gossipsub: its commands, and an event for each message that is delivered."""
import contextlib

import trio
from libp2p.peer.id import ID
from libp2p.pubsub.gossipsub import PROTOCOL_ID, PROTOCOL_ID_V11, PROTOCOL_ID_V12, PROTOCOL_ID_V13, GossipSub
from libp2p.pubsub.pubsub import Pubsub
from libp2p.tools.anyio_service import background_trio_service

PROTOCOLS = [PROTOCOL_ID_V13, PROTOCOL_ID_V12, PROTOCOL_ID_V11, PROTOCOL_ID]
DEGREE, DEGREE_LOW, DEGREE_HIGH = 6, 5, 12  # the specification's
HEARTBEAT_SECONDS = 1  # likewise; the library's own are 120
UNLIMITED = 1e9
LOOK_AGAIN_SECONDS = 0.02


class Gossip:
    def __init__(self, host, emit, stock):
        self._host, self._emit, self._subscriptions = host, emit, {}
        # a message of more than ten in a second is dropped, and held against the peer
        limits = {} if stock else {"max_messages_per_topic_per_second": UNLIMITED}
        self._router = GossipSub(PROTOCOLS, DEGREE, DEGREE_LOW, DEGREE_HIGH, heartbeat_interval=HEARTBEAT_SECONDS, **limits)
        self._pubsub = Pubsub(host, self._router)
        self._nursery = None

    @contextlib.asynccontextmanager
    async def running(self, nursery):
        """As long as the context lasts, with the nursery for those who wait for messages."""
        self._nursery = nursery
        async with background_trio_service(self._pubsub), background_trio_service(self._router):
            await self._pubsub.wait_until_ready()
            yield

    async def subscribe(self, topic, **_):
        if topic not in self._subscriptions:
            self._subscriptions[topic] = await self._pubsub.subscribe(topic)
            self._nursery.start_soon(self._tell, topic, self._subscriptions[topic])
        return {}

    async def _tell(self, topic, subscription):
        while True:
            try:
                message = await subscription.get()
            except trio.EndOfChannel:  # unsubscribed
                return
            if message.from_id != self._host.get_id().to_bytes():
                self._emit(event="message", topic=topic, data=message.data.hex(), id=(message.from_id + message.seqno).hex(),
                           **{"from": str(ID(message.from_id))})

    async def unsubscribe(self, topic, **_):
        if self._subscriptions.pop(topic, None) is None:
            raise ValueError(f"not subscribed to {topic}")
        await self._pubsub.unsubscribe(topic)
        return {}

    async def publish(self, topic, data, **_):
        await self._pubsub.publish(topic, bytes.fromhex(data))
        return {}

    async def await_mesh(self, topic, peer, **_):
        identity = ID.from_base58(peer)
        while identity not in self._router.mesh.get(topic, ()):
            await trio.sleep(LOOK_AGAIN_SECONDS)
        return {}
