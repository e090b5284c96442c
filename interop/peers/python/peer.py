"""A py-libp2p node under remote control: commands as JSON lines on standard input, answers and events on standard output."""
import argparse
import functools
import json
import sys
import traceback

import trio
from libp2p.abc import INotifee
from libp2p.identity.identify_push.identify_push import push_identify_to_peers
from libp2p.peer.id import ID
from libp2p.peer.peerinfo import info_from_p2p_addr
from multiaddr import Multiaddr

import streams
from gossip import Gossip
from identities import IDENTIFY, PUSH, Identity, read
from node import KEYS, MUXERS, SECURITY, description, new_node
from transports import TRANSPORTS

TIMEOUT_MILLIS = 30_000
LOOK_AGAIN_SECONDS = 0.05


def emit(**message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


class Peers(INotifee):
    """Tells of peers that come and go."""

    def __init__(self, node):
        self._node, self._count = node, {}

    async def connected(self, network, conn):
        peer = conn.muxed_conn.peer_id
        self._count[peer] = self._count.get(peer, 0) + 1
        if self._count[peer] == 1:
            emit(event="connected", peer=str(peer))

    async def disconnected(self, network, conn):
        peer = conn.muxed_conn.peer_id
        if peer not in self._count:
            return
        self._count[peer] -= 1
        if self._count[peer] == 0:
            del self._count[peer]
            self._node.identities.pop(peer, None)
            emit(event="disconnected", peer=str(peer))

    async def opened_stream(self, network, stream):
        pass

    async def closed_stream(self, network, stream):
        pass

    async def listen(self, network, multiaddr):
        pass

    async def listen_close(self, network, multiaddr):
        pass


class Node:
    """The host and its commands. Each gets its fields and returns those of its answer."""

    def __init__(self, options):
        self.options = options
        self.host = new_node(options.transport, options.security, options.muxer, options.key)
        self.identities = {}
        self.host.get_network().register_notifee(Peers(self))
        self._serve(streams.ECHO, self._echo_served)
        self._serve(streams.PERF, streams.serve_perf)
        library = self.host.get_mux().handlers.get(PUSH)
        self._serve(PUSH, functools.partial(self._pushed, library))
        self.gossip = Gossip(self.host, emit, options.stock_limits)
        self.subscribe, self.unsubscribe, self.publish = self.gossip.subscribe, self.gossip.unsubscribe, self.gossip.publish
        self.awaitMesh = self.gossip.await_mesh

    def _serve(self, protocol, handler):
        async def guarded(stream):
            try:
                await handler(stream)
            except Exception as error:  # the peer has gone or misbehaves; the node lives on
                print(f"{protocol}: {error!r}", file=sys.stderr)
                await stream.reset()
        self.host.set_stream_handler(protocol, guarded)

    async def _echo_served(self, stream):
        peer = str(stream.muxed_conn.peer_id)

        def report(count, sha256, error):
            emit(event="echoed", peer=peer, bytes=count, sha256=sha256, **({"error": error} if error else {}))
        await streams.serve_echo(stream, report)

    async def _pushed(self, library, stream):
        """Shows the push to the library too, from a copy of its bytes."""
        peer = stream.muxed_conn.peer_id
        data = await read(stream)
        identity = self.identities.setdefault(peer, Identity(peer))
        identity.take(data)
        if library is not None:
            await library(Copy(stream, data))
        emit(event="identified", peer=str(peer), **identity.fields())

    # ---- commands

    async def dial(self, address, force=False, **_):
        if force:
            raise ValueError("py-libp2p keeps one connection to a peer when it dials")
        # it knows both forms of secure WebSockets, but with a peer's id behind only this one
        info = info_from_p2p_addr(Multiaddr(address.replace("/tls/ws", "/wss")))
        self.host.get_peerstore().clear_addrs(info.peer_id)  # of several it tries one only, which identify may have told
        await self.host.connect(info)
        return {
            "peerId": str(info.peer_id),
            "address": address,
            **self._upgrades(),
        }

    def _upgrades(self):
        if self.options.transport == "quic-v1":
            return {}
        return {"security": SECURITY[self.options.security][0], "muxer": MUXERS[self.options.muxer][0]}

    async def close(self, peer, abort=False, **_):
        if abort:
            raise ValueError("py-libp2p cannot end a connection without a farewell")
        await self.host.disconnect(ID.from_base58(peer))
        return {}

    async def connections(self, **_):
        listed = []
        for peer in self.host.get_connected_peers():
            for conn in self.host.get_peer_connection_info(peer) or []:
                listed.append({
                    "peer": str(peer),
                    "address": next(iter(map(str, conn.get_transport_addresses())), None),
                    "direction": "outbound" if conn.muxed_conn.is_initiator else "inbound",
                    **self._upgrades(),
                    "streams": len(conn.get_streams()),
                })
        return {"connections": listed}

    async def _stream(self, peer, protocol):
        identity = ID.from_base58(peer)
        if identity not in self.host.get_connected_peers():
            raise ValueError(f"not connected to {peer}")
        return await self.host.new_stream(identity, [protocol])

    def _protocols(self):
        return {"protocols": sorted(str(p) for p in self.host.get_mux().get_protocols() if p is not None)}

    async def handle(self, protocol, **_):
        self._serve(protocol, streams.serve_nothing)
        await push_identify_to_peers(self.host)
        return self._protocols()

    async def unhandle(self, protocol, **_):
        self.host.remove_stream_handler(protocol)
        await push_identify_to_peers(self.host)
        return self._protocols()

    async def open(self, peer, protocol, message="", **_):
        stream = await self._stream(peer, protocol)
        return {"received": (await streams.exchange(stream, bytes.fromhex(message))).hex()}

    async def ping(self, peer, **_):
        return {"millis": round(await streams.ping(await self._stream(peer, streams.PING)), 3)}

    async def identify(self, peer, fresh=False, **_):
        identity = self.identities.get(ID.from_base58(peer))
        if identity is None or fresh:
            await self._ask(peer)
            identity = self.identities[ID.from_base58(peer)]
        return identity.whole()

    async def _ask(self, peer):
        data = await read(await self._stream(peer, IDENTIFY))
        identity = self.identities.setdefault(ID.from_base58(peer), Identity(ID.from_base58(peer)))
        identity.take(data)
        emit(event="identified", peer=peer, **identity.fields())

    async def awaitProtocol(self, peer, protocol, present=True, **_):
        """The library's own store decides: a push must have reached it."""
        store, identity = self.host.get_peerstore(), ID.from_base58(peer)
        while True:
            try:
                known = [str(p) for p in store.get_protocols(identity)]
            except Exception:  # it raises for peers of which it knows nothing yet
                known = None
            if known is not None and (protocol in known) == present:
                return {"protocols": known}
            await trio.sleep(LOOK_AGAIN_SECONDS)

    async def echo(self, peer, bytes, seed=1, chunk=65536, protocol=streams.ECHO, **_):
        return await streams.echo(await self._stream(peer, protocol), bytes, seed, chunk)

    async def perf(self, peer, upload=0, download=0, **_):
        return await streams.perf(await self._stream(peer, streams.PERF), upload, download)


COMMANDS = ("dial", "close", "connections", "handle", "unhandle", "open", "ping", "identify", "awaitProtocol", "echo", "perf",
            "subscribe", "unsubscribe", "publish", "awaitMesh")


class Copy:
    """A stream that has been read, to be read again."""

    def __init__(self, stream, data):
        self._stream, self._data = stream, data

    async def read(self, n=None):
        size = len(self._data) if n is None else n
        part, self._data = self._data[:size], self._data[size:]
        return part

    def __getattr__(self, name):
        return getattr(self._stream, name)


async def answer(node, request):
    number, name = request.get("id"), request.get("do")
    limit = request.get("timeoutMs", TIMEOUT_MILLIS)
    fields = {k: v for k, v in request.items() if k not in ("id", "do", "timeoutMs")}
    try:
        if name not in COMMANDS:
            raise LookupError(f"unknown command {name}")
        with trio.fail_after(limit / 1000):
            done = await getattr(node, name)(**fields)
        emit(id=number, ok=True, **done)
    except LookupError as error:
        emit(id=number, ok=False, error=error.args[0])
    except trio.TooSlowError:
        emit(id=number, ok=False, error=f"timed out after {limit} ms")
    except Exception as error:
        traceback.print_exc()
        while isinstance(error, ExceptionGroup):
            error = error.exceptions[0]
        emit(id=number, ok=False, error=f"{type(error).__name__}: {error}")


async def run(options):
    node = Node(options)
    listen = [] if options.no_listen else [Multiaddr(a) for a in options.listen or [TRANSPORTS[options.transport]]]
    async with node.host.run(listen_addrs=listen), trio.open_nursery() as nursery, node.gossip.running(nursery):
        addresses = [str(a) for a in node.host.get_addrs()] if listen else []
        emit(event="ready", peerId=str(node.host.get_id()), addresses=addresses, **description())
        while line := await trio.to_thread.run_sync(sys.stdin.readline, abandon_on_cancel=True):
            if not line.strip():
                continue
            try:
                request = json.loads(line)
            except ValueError as error:
                emit(id=None, ok=False, error=f"not JSON: {error}")
                continue
            if request.get("do") == "stop":
                emit(id=request.get("id"), ok=True)
                break
            nursery.start_soon(answer, node, request)
        nursery.cancel_scope.cancel()
        with trio.move_on_after(2, shield=True):
            for peer in node.host.get_connected_peers():
                await node.host.disconnect(peer)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transport", choices=TRANSPORTS, default="tcp")
    parser.add_argument("--security", choices=SECURITY, default="noise")
    parser.add_argument("--muxer", choices=MUXERS, default="yamux")
    parser.add_argument("--key", choices=KEYS, default="ed25519", help="made anew at each start")
    parser.add_argument("--listen", action="append", metavar="MULTIADDR", help="may be repeated; default: a free port of 127.0.0.1")
    parser.add_argument("--no-listen", action="store_true", help="only dial")
    parser.add_argument("--stock-limits", action="store_true", help="keep the limits of py-libp2p that are raised otherwise")
    parser.add_argument("--version", action="store_true", help="print what this peer is and can do, as JSON")
    options = parser.parse_args()
    if options.no_listen and options.listen:
        parser.error("--listen and --no-listen exclude each other")
    if options.version:
        print(json.dumps(description()))
        return
    trio.run(run, options)


if __name__ == "__main__":
    main()
