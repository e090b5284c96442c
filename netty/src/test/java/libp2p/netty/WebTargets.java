package libp2p.netty;

import static libp2p.netty.NettyTargets.hex;
import static libp2p.netty.NettyTargets.text;
import static libp2p.netty.NettyTargets.texts;
import static libp2p.netty.NettyTargets.wire;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http3.DefaultHttp3Headers;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import libp2p.core.Buf;
import libp2p.multiformats.FormatException;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Proto;
import libp2p.testkit.fuzz.Pieces;
import libp2p.testkit.fuzz.Target;

/** WebSocket and WebTransport: requests, frames, the beginnings of streams, capsules; and the addresses that strangers tell. */
final class WebTargets {
    private static final String KEY = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    private static final String UPGRADE = "Host: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n";

    private WebTargets() {}

    static List<Target> all() {
        return List.of(
                new Target("websocket-request", requests(), 1000, WebTargets::requested),
                new Target("websocket-frames", frames(), 1000, WebTargets::framed),
                wire("forwarded-for", texts("203.0.113.9", "1.1.1.1, 2001:db8::1", "[::1]:80", "::ffff:1.2.3.4", "fe80::1%eth0", ","),
                        b -> WebSocketArrival.forwardedFor(List.of(text(b))), WebTargets::told),
                Target.parser("addresses", addresses(), FormatException.class, Multiaddr::of, WebTargets::dialled),
                wire("webtransport-header", List.of(WtHeader.of(0), WtHeader.of(1L << 40), hex("404101"), hex("0105aabbccddee")),
                        WebTargets::sniffed, (b, session) -> {
                            if (session == WtHeader.MORE) assertThat(b.length).isLessThan(WtHeader.SIZE_MAX);
                            if (session >= 0) assertThat(sniffed(WtHeader.of(session))).isEqualTo(session);
                        }),
                wire("webtransport-capsules", capsules(), b -> heard(b, b.length), (b, told) -> {
                    for (int cut = 0; cut < Math.min(b.length, 64); cut++) assertThat(heard(b, cut)).isEqualTo(told);
                }),
                wire("webtransport-request",
                        texts(WtDialect.PATH + "?type=noise", WtDialect.PATH + "?a=b&type=noise&type=tls", "/?type=noise"),
                        b -> WtDialect.status(new DefaultHttp3Headers(false)
                                .method("CONNECT").protocol("webtransport").scheme("https").authority("x").path(text(b))),
                        (b, status) -> {
                            assertThat(status).isIn(200, 400, 404);
                            if (status == 200) assertThat(text(b)).startsWith(WtDialect.PATH + "?").contains("type=noise");
                        }));
    }

    // ---- WebSocket

    private static List<byte[]> requests() {
        return texts("GET /here HTTP/1.1\r\n" + UPGRADE + KEY + "\r\n",
                "GET / HTTP/1.1\r\n" + UPGRADE + KEY + "X-Forwarded-For: 1.1.1.1, 2.2.2.2\r\nContent-Length: 3\r\n\r\nabc",
                "GET /%2Fhere?x=%41 HTTP/1.1\r\n" + UPGRADE + "Sec-WebSocket-Version: 8\r\nOrigin: x\r\n\r\n",
                "GET / HTTP/1.1\r\n" + UPGRADE + "Origin: x\r\nSec-WebSocket-Key1: 1 2\r\nSec-WebSocket-Key2: 3 4\r\n\r\n12345678",
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n");
    }

    /** Each is refused, or can be granted. */
    private static void requested(byte[] input) {
        EmbeddedChannel c = new EmbeddedChannel();
        WebSocketArrival.http(c.pipeline());
        try {
            for (byte[] piece : Pieces.cut(input, Pieces.rng(input))) c.writeInbound(c.alloc().buffer().writeBytes(piece));
        } catch (CodecException e) {
            // Which ends the arrival.
        }
        for (Object o = c.readInbound(); o != null; o = c.readInbound()) {
            if (o instanceof FullHttpRequest r) asked(r);
            ReferenceCountUtil.release(o);
        }
        end(c);
    }

    private static void end(EmbeddedChannel c) {
        try {
            c.finishAndReleaseAll();
        } catch (CodecException e) {
            // In the middle of something.
        }
    }

    private static void asked(FullHttpRequest request) {
        WebSocketArrival.forwardedFor(request.headers().getAll("X-Forwarded-For"));
        if (WebSocketArrival.problem(request, "/here") == null) assertThat(request.uri()).contains("here");
        if (WebSocketArrival.problem(request, null) != null) return;
        EmbeddedChannel c = new EmbeddedChannel();
        WebSocketArrival.http(c.pipeline());
        c.pipeline().addLast(new WebSocketFrames());
        WebSocketArrival.grant(c, request);
        ByteBuf answer = c.readOutbound();
        assertThat(answer.toString(StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 101");
        answer.release();
        end(c);
    }

    private static byte[] frame(int first, int size) {
        return new Buf(6 + size).putU8(first).putU8(0x80 | size).putI32(0x01020304).put(new byte[size]).takeAll();
    }

    private static List<byte[]> frames() {
        byte[] some = new Buf(512).put(frame(0x82, 40)).put(frame(0x89, 5)).put(frame(0x02, 3)).put(frame(0x80, 3)).takeAll();
        return List.of(some, frame(0x88, 2), frame(0x8a, 0), frame(0x81, 4),
                new Buf(64).putU8(0x82).putU8(0xfe).putU16(20).putI32(1).put(new byte[20]).takeAll(),
                new Buf(64).putU8(0x82).putU8(0xff).putI64(20).putI32(1).put(new byte[20]).takeAll());
    }

    /** What comes out are bytes that came in, and what has to be answered is. */
    private static void framed(byte[] input) {
        EmbeddedChannel c = new EmbeddedChannel();
        WebSocketArrival.http(c.pipeline());
        c.writeInbound(c.alloc().buffer().writeBytes(requests().get(0)));
        FullHttpRequest request = c.readInbound();
        c.pipeline().addLast(new WebSocketFrames());
        WebSocketArrival.grant(c, request);
        request.release();
        try {
            for (byte[] piece : Pieces.cut(input, Pieces.rng(input))) {
                if (c.isOpen()) c.writeInbound(c.alloc().buffer().writeBytes(piece));
            }
        } catch (CodecException e) {
            // Which ends the pipe.
        }
        int bytes = 0;
        for (Object o = c.readInbound(); o != null; o = c.readInbound()) {
            assertThat(o).isInstanceOf(ByteBuf.class);
            bytes += ((ByteBuf) o).readableBytes();
            ReferenceCountUtil.release(o);
        }
        assertThat(bytes).isLessThanOrEqualTo(input.length);
        end(c);
    }

    private static void told(byte[] b, @Nullable InetAddress address) {
        if (address != null) assertThat(Sockets.multiaddr(address, Proto.TCP, 1).port()).isEqualTo(1);
    }

    // ---- addresses

    private static List<byte[]> addresses() {
        String hash = "/certhash/uEiAkH5a4DPGKUuOBjYw0CgwjvcJCJMD2K_1aluKR_tpevQ";
        List<byte[]> all = new ArrayList<>();
        for (String a : List.of("/ip4/1.2.3.4/tcp/80/ws", "/ip6/::1/tcp/443/tls/sni/a.example/ws/http-path/a%2Fb", "/ip4/1.2.3.4/tcp/1/wss",
                "/ip6zone/lo/ip6/fe80::1/udp/1/quic-v1", "/ip4/1.2.3.4/udp/1/quic-v1/webtransport" + hash + hash,
                "/ip4/1.2.3.4/udp/1/webrtc-direct" + hash, "/dns4/a.example/tcp/1/ws", "/ip4/1.2.3.4/tcp/1/tls")) {
            all.add(Multiaddr.of(a).bytes());
        }
        return all;
    }

    /** Those that we take for ours can be dialled as far as the network. */
    private static void dialled(byte[] b, Multiaddr a) {
        try {
            Multiaddr plain = a.unmapped();
            if (WebSocketAddress.is(plain)) assertThat(WebSocketAddress.of(plain).host()).isNotEmpty();
            if (QuicTransport.is(plain)) Sockets.socketAddress(plain);
            if (WtTransport.is(plain)) WtTransport.hashes(plain);
            if (RtcTransport.is(plain)) WtTransport.hashes(plain);
        } catch (UnknownHostException e) {
            // Such as an interface that is not there.
        }
    }

    // ---- WebTransport

    /** As the sniffer reads: byte by byte, until it is told. */
    private static long sniffed(byte[] b) {
        Buf header = new Buf(WtHeader.SIZE_MAX);
        for (byte each : b) {
            header.putU8(each);
            long session = WtHeader.read(header);
            if (session != WtHeader.MORE) return session;
        }
        return WtHeader.MORE;
    }

    private static List<byte[]> capsules() {
        Buf all = new Buf(256).put(hex("4aaa0101")).put(hex("800078ae00")).put(WtCapsules.close(9, "text")).put(hex("0000"));
        return List.of(all.takeAll(), WtCapsules.close(0xffffffffL, ""));
    }

    private static List<String> heard(byte[] said, int cut) {
        List<String> all = new ArrayList<>();
        WtCapsules.Told told = new WtCapsules.Told() {
            @Override
            public void closed(long code, String text) {
                all.add(code + " " + text);
            }

            @Override
            public void draining() {
                all.add("draining");
            }
        };
        WtCapsules c = new WtCapsules();
        c.read(new Buf(said, 0, cut), told);
        c.read(new Buf(said, cut, said.length), told);
        return all;
    }
}
