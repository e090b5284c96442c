package libp2p.netty;

import static libp2p.netty.NettyTargets.hex;
import static libp2p.netty.NettyTargets.text;
import static libp2p.netty.NettyTargets.texts;
import static libp2p.netty.NettyTargets.wire;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import libp2p.core.Buf;
import libp2p.core.Rng;
import libp2p.core.net.Limits;
import libp2p.core.net.Observer;
import libp2p.jvm.Host;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Multihash;
import libp2p.multiformats.Nullable;
import libp2p.testkit.fuzz.Pieces;
import libp2p.testkit.fuzz.Target;
import org.bouncycastle.tls.crypto.TlsNullNullCipher;

/** What comes in UDP packets before anybody knows who sent it: STUN, DTLS, the tokens and integers of QUIC. */
final class UdpTargets {
    private static final InetSocketAddress HERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4001);
    private static final String UFRAG = "libp2p+webrtc+v1/abcdefghijklmnopqrstuvwxyz";

    private UdpTargets() {}

    static List<Target> all() {
        QuicTokens tokens = new QuicTokens(Certificates.CRYPTO, new byte[32], () -> 7, () -> true, id -> true, a -> a);
        byte[] token = token(tokens);
        return List.of(
                wire("quic-integer", List.of(hex("25"), hex("7bbd"), hex("9d7f3e7d"), hex("c2197c5eff14e88c")),
                        b -> QuicVarint.read(new Buf(b)), (b, v) -> {
                            if (v >= 0) assertThat(QuicVarint.read(QuicVarint.put(new Buf(QuicVarint.SIZE_MAX), v))).isEqualTo(v);
                        }),
                wire("quic-token", List.of(token), b -> tokens.validateToken(Unpooled.wrappedBuffer(b), HERE), (b, at) -> {
                    if (at >= 0) assertThat(b).isEqualTo(token);
                }),
                wire("stun", stuns(), b -> Stun.read(b, b.length), UdpTargets::answered),
                wire("ice-user-name", texts(UFRAG, "libp2p+webrtc+v2/0123456789abcdefghijkl"), b -> Ufrag.isServers(text(b)), (b, good) -> {
                    if (good) assertThat(text(b)).matches("libp2p\\+webrtc\\+v[12]/[A-Za-z0-9+/]+").hasSizeLessThanOrEqualTo(256);
                }),
                wire("dtls-hello", hellos(), b -> HelloFragment.read(b, b.length), UdpTargets::asked),
                new Target("dtls-hello-parts", bodies(), 1000, UdpTargets::joined),
                new Target("dtls-records", records(), 3000, UdpTargets::opened),
                new Target("udp-port", packets(), 40, UdpTargets::received));
    }

    // ---- QUIC

    private static byte[] token(QuicTokens tokens) {
        ByteBuf out = Unpooled.buffer();
        tokens.writeToken(out, Unpooled.wrappedBuffer(new byte[8]), HERE);
        byte[] token = new byte[out.readableBytes()];
        out.readBytes(token);
        return token;
    }

    // ---- STUN

    private static byte[] check() {
        return Stun.check(new byte[Stun.ID], UFRAG + ":" + UFRAG, UFRAG, 7);
    }

    private static List<byte[]> stuns() {
        byte[] sampleOfRfc5769 = hex("000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74"
                + "002400046e0001ff80290008932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
                + "80280004e57a3bcf");
        return List.of(check(), Stun.answer(new byte[Stun.ID], HERE, UFRAG), sampleOfRfc5769);
    }

    /** Nobody who does not know the password has made it; and it can be answered. */
    private static void answered(byte[] b, Stun.@Nullable Message m) {
        if (m == null) return;
        assertThat(m.to()).doesNotContain(":");
        assertThat(m.id()).hasSize(Stun.ID);
        byte[] answer = Stun.answer(m.id(), HERE, UFRAG);
        Stun.Message again = Stun.read(answer, answer.length);
        assertThat(again != null && again.success() && again.isBy(UFRAG)).isTrue();
        if (!m.isBy(UFRAG)) return;
        byte[] ours = m.success() ? stuns().get(1) : check();
        Stun.Message made = Stun.read(ours, ours.length);
        assertThat(made).isNotNull();
        assertThat(m.signed()).isEqualTo(made.signed());
        assertThat(m.username()).isEqualTo(made.username());
    }

    // ---- DTLS

    /** A ClientHello of DTLS 1.2 with one suite, without its headers. */
    private static byte[] body(int cookie, String extensions) {
        return new Buf(256).putU16(0xfefd).put(new byte[32]).putU8(0).putU8(cookie).put(new byte[cookie]).put(hex("0002c02b0100"))
                .put(hex(extensions)).takeAll();
    }

    private static List<byte[]> bodies() {
        String extensions = "001f" + "000a000400020017" + "000d000400020403" + "000b00020100" + "00170000" + "ff01000100";
        return List.of(body(0, "0000"), body(32, extensions));
    }

    private static byte[] record(byte[] hello, int message, int from, int to) {
        Buf b = new Buf(HelloFragment.RECORD_HEADER + HelloFragment.MESSAGE_HEADER + to - from);
        HelloCookies.record(b, 0xfefd, message, HelloFragment.MESSAGE_HEADER + to - from);
        b.putU8(HelloFragment.CLIENT_HELLO).putU8(hello.length >> 16).putU16(hello.length & 0xffff).putU16(message);
        b.putU8(from >> 16).putU16(from & 0xffff).putU8(to - from >> 16).putU16(to - from & 0xffff);
        return b.put(hello, from, to - from).takeAll();
    }

    private static List<byte[]> hellos() {
        List<byte[]> all = new ArrayList<>();
        for (byte[] b : bodies()) {
            all.add(record(b, 1, 0, b.length));
            all.add(record(b, 1, 0, 40));
            all.add(record(b, 1, 40, b.length));
        }
        return all;
    }

    private static void asked(byte[] b, @Nullable HelloFragment f) {
        if (f == null) return;
        assertThat(f.offset() + f.bytes().length).isLessThanOrEqualTo(f.length());
        assertThat(f.length()).isLessThanOrEqualTo(HelloFragment.LENGTH_MAX);
        byte[] cookie = f.cookie();
        if (f.random() == null || cookie == null) return;
        assertThat(HelloCookies.request(f, new byte[32]).length).as("no more than was sent, but for a cookie").isLessThan(b.length + 32);
        HelloParts parts = new HelloParts(f, cookie);
        if (parts.add(f)) parts.request();
    }

    /** What comes in parts, in any order and some of them twice, is as if it had come at once. */
    private static void joined(byte[] hello) {
        byte[] whole = record(hello, 3, 0, hello.length);
        HelloFragment first = HelloFragment.read(whole, whole.length);
        if (first == null) return; // empty, or too long
        Rng rng = Pieces.rng(hello);
        List<HelloFragment> some = new ArrayList<>();
        int at = 0;
        for (byte[] piece : Pieces.cut(hello, rng)) {
            byte[] part = record(hello, 3, at, at + piece.length);
            at += piece.length;
            some.add(HelloFragment.read(part, part.length));
        }
        some.addAll(some.subList(0, some.size() / 2));
        for (int i = some.size() - 1; i > 0; i--) Collections.swap(some, i, rng.nextInt(i + 1));
        HelloParts apart = new HelloParts(first, new byte[32]);
        boolean done = false;
        for (HelloFragment f : some) done = apart.add(f);
        HelloParts once = new HelloParts(first, new byte[32]);
        assertThat(done).isTrue();
        assertThat(once.add(first)).isTrue();
        assertThat(apart.request() == null).isEqualTo(once.request() == null);
    }

    private static byte[] sealed(int type, int number, int size) {
        Buf b = new Buf(13 + size).putU8(type).putU16(0xfefd).putU16(1).putU16(0).putI32(number).putU16(size);
        return b.put(new byte[size]).takeAll();
    }

    private static List<byte[]> records() {
        byte[] two = new Buf(256).put(sealed(23, 7, 40)).put(sealed(23, 6, 24)).takeAll();
        byte[] alert = sealed(21, 9, 26);
        byte[] finished = record(new byte[30], 5, 0, 30);
        return List.of(two, alert, new Buf(256).put(two).put(sealed(23, 100, 30)).put(finished).takeAll(), sealed(23, 1 << 20, 24));
    }

    /** With no cipher between: nothing is heard twice, nothing that was not there, and our last flight is not sent without end. */
    private static void opened(byte[] packet) {
        int[] told = new int[3];
        DtlsRecords.Opened to = new DtlsRecords.Opened() {
            @Override
            public void data(Buf plain) {
                told[0] += plain.size();
            }

            @Override
            public void closed() {
                told[1]++;
            }
        };
        Multihash peer = Multihash.of(Multihash.SHA2_256, new byte[32]);
        DtlsRecords records = new DtlsRecords(TlsNullNullCipher.INSTANCE, 0, peer, List.of(new byte[1]));
        records.open(packet.clone(), packet.length, to, flight -> told[2]++);
        assertThat(told[0]).isLessThanOrEqualTo(packet.length);
        assertThat(told[1]).isLessThanOrEqualTo(1);
        int data = told[0];
        int closed = told[1];
        int flights = told[2];
        for (int i = 0; i < 20; i++) records.open(packet.clone(), packet.length, to, flight -> told[2]++);
        if (closed == 0 && flights == 0) assertThat(told[0]).isEqualTo(data);
        assertThat(told[2]).isLessThanOrEqualTo(8);
    }

    // ---- a whole port

    private static List<byte[]> packets() {
        List<byte[]> all = new ArrayList<>(stuns());
        all.addAll(hellos());
        all.addAll(records());
        // Initials of version 1 and of another, with ids of 20 bytes and none, and a short header.
        byte[] head = new Buf(64).putU8(0xc3).putI32(1).putU8(20).put(new byte[20]).putU8(8).put(new byte[8]).putU8(0).takeAll();
        all.add(new Buf(1200).put(head).putU16(0x4496).takeAll());
        all.add(new Buf(1200).putU8(0xc0).putI32(0x1a2a3a4a).putU8(8).put(new byte[8]).putU8(0).takeAll());
        all.add(new Buf(64).putU8(0x40).put(new byte[40]).takeAll());
        return all;
    }

    /** To a listener for QUIC and WebRTC-direct, as it is, as a first packet, as each kind: it still answers, and had no bug. */
    private static void received(byte[] input) {
        Queue<Throwable> bugs = new ConcurrentLinkedQueue<>();
        Observer observer = new Observer() {
            @Override
            public void bug(String where, Throwable bug) {
                bugs.add(bug);
            }
        };
        Limits hasty = Limits.DEFAULT.with().drainNanos(1).build();
        try (Host a = Host.builder().limits(hasty).observer(observer).listen("/ip4/127.0.0.1/udp/0/quic-v1").start();
                DatagramSocket client = new DatagramSocket(0, HERE.getAddress())) {
            int port = a.addresses().get(0).port();
            a.listen(Multiaddr.of("/ip4/127.0.0.1/udp/" + port + "/webrtc-direct"));
            InetSocketAddress to = new InetSocketAddress(HERE.getAddress(), port);
            for (byte[] p : List.of(input, Arrays.copyOf(input, 1200), Arrays.copyOf(input, 1500))) {
                for (int first : new int[] {p.length == 0 ? 0 : p[0], 0, 22, 0x40, 0xc0, 0xff}) {
                    if (p.length > 0) p[0] = (byte) first;
                    client.send(new DatagramPacket(p, Math.min(p.length, 1500), to));
                }
            }
            byte[] last = Rng.seeded(1).bytes(Stun.ID);
            byte[] check = Stun.check(last, UFRAG + ":" + UFRAG, UFRAG, 7);
            client.send(new DatagramPacket(check, check.length, to));
            client.setSoTimeout(60_000);
            DatagramPacket answer = new DatagramPacket(new byte[2000], 2000);
            Stun.Message m;
            do {
                client.receive(answer);
                m = Stun.read(answer.getData(), answer.getLength());
            } while (m == null || !Arrays.equals(m.id(), last));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        if (!bugs.isEmpty()) throw new AssertionError(bugs.remove());
    }
}
