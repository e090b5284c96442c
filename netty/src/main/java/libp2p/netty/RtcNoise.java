package libp2p.netty;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import libp2p.core.Buf;
import libp2p.core.Codes;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Role;
import libp2p.core.node.Node;
import libp2p.core.wire.Security;
import libp2p.core.wire.sctp.Association;
import libp2p.core.wire.webrtc.ChannelSession;
import libp2p.core.wire.webrtc.Framing;
import libp2p.multiformats.Multihash;
import libp2p.multiformats.Nullable;

/**
 * Says who is at the other end: a Noise handshake on data channel 0, whose prologue holds both certificates' hashes. The server begins it
 * (specs/webrtc/webrtc-direct.md, "Connection Security"). Its keys are of no further use.
 */
final class RtcNoise implements Framing.Found {
    private static final int CHANNEL = 0;
    private static final int WAITING_MAX = Security.Handshake.RECORD_MAX;
    private static final byte[] PREFIX = "libp2p-webrtc-noise:".getBytes(StandardCharsets.UTF_8);

    private final Association sctp;
    private final Security.Handshake handshake;
    private final Consumer<Security.Session> done;
    private final Framing framing = new Framing();
    private final Buf received = new Buf(1024);
    private final Buf toSend = new Buf(Security.Handshake.RECORD_MAX);
    private boolean isDone;
    private boolean closed;

    RtcNoise(Node node, NettyLoop loop, Rng rng, Security noise, Association sctp, boolean server, @Nullable PeerId expected,
            byte[] prologue, Runnable again, Consumer<Security.Session> done) {
        this.sctp = sctp;
        this.done = done;
        Role role = server ? Role.INITIATOR : Role.RESPONDER;
        this.handshake = noise.begin(new Security.Context(node, loop, rng, role, expected, List.of(), prologue, List.of()), again);
    }

    static byte[] prologue(Multihash client, Multihash server) {
        byte[] c = client.bytes();
        byte[] s = server.bytes();
        return new Buf(PREFIX.length + c.length + s.length).put(PREFIX).put(c).put(s).array;
    }

    /** Goes on, as far as it can. */
    void step() {
        if (isDone) return;
        Security.Session session = handshake.step(received, toSend);
        while (!toSend.isEmpty()) {
            sctp.send(CHANNEL, ChannelSession.BINARY, Framing.bytes(toSend, Math.min(toSend.size(), Framing.BYTES_MAX)));
        }
        toSend.clear();
        received.compact();
        if (session == null) return;
        isDone = true;
        session.dispose();
        sctp.send(CHANNEL, ChannelSession.BINARY, Framing.flag(Framing.FIN, Codes.NONE));
        done.accept(session);
    }

    /** A part of a message on channel 0; also after the handshake. */
    void data(Buf data) {
        framing.read(data, this);
        step();
    }

    @Override
    public void bytes(Buf data) {
        if (isDone) {
            data.skip(data.size());
            return;
        }
        if (received.size() + data.size() > WAITING_MAX) throw new Violation("too much of a Noise handshake");
        received.grow(data.size());
        data.moveTo(received, data.size());
    }

    @Override
    public void flag(int flag, long code) {
        if (flag == Framing.RESET_STREAM && !isDone) throw new Violation("the peer gave up the handshake", code);
        if (flag == Framing.FIN) sctp.send(CHANNEL, ChannelSession.BINARY, Framing.flag(Framing.FIN_ACK, Codes.NONE));
        if (isDone && (flag == Framing.FIN || flag == Framing.FIN_ACK)) close();
    }

    /** The peer has closed the channel. */
    void peerReset() {
        if (!isDone) throw new Violation("the peer closed the handshake's channel");
        close();
    }

    private void close() {
        if (closed) return;
        closed = true;
        sctp.reset(CHANNEL);
    }

    void dispose() {
        if (!isDone) handshake.dispose();
    }
}
