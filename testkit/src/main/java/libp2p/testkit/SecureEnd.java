package libp2p.testkit;

import java.util.List;
import libp2p.core.Buf;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Role;
import libp2p.core.node.Node;
import libp2p.core.wire.Security;
import libp2p.multiformats.Nullable;

/** One end of a security handshake, and then of its session, whose bytes a test carries. */
public final class SecureEnd {
    /** What has arrived and was not taken. */
    public final Buf in = new Buf(Security.Handshake.RECORD_MAX * 2);

    /** What waits to be carried. */
    public final Buf out = new Buf(Security.Handshake.RECORD_MAX * 2);

    private final World world;
    private final Security.Handshake handshake;
    private Security.@Nullable Session session;
    private @Nullable Violation failure;

    /** An end that tells these muxers. */
    public SecureEnd(World world, Security security, Node node, Role role, @Nullable PeerId expected, List<String> muxers,
            byte[] prologue) {
        this.world = world;
        Rng rng = Rng.seeded(node.random().nextLong());
        Security.Context context = new Security.Context(node, node.loop(), rng, role, expected, muxers, prologue, List.of());
        handshake = security.begin(context, this::goOn);
    }

    /** Goes on with what there is, once all that was ready has run; a failure is kept, and nothing follows it. */
    public void step() {
        world.settle();
        goOn();
    }

    private void goOn() {
        if (session != null || failure != null) return;
        try {
            session = handshake.step(in, out);
        } catch (Violation v) {
            failure = v;
            handshake.dispose();
        }
    }

    /** Receives bytes and goes on. */
    public SecureEnd receive(byte[] bytes) {
        in.compact();
        in.grow(bytes.length).put(bytes);
        step();
        return this;
    }

    /** All that waits to be carried. */
    public byte[] takeOut() {
        byte[] b = out.takeAll();
        out.clear();
        return b;
    }

    /** Whether the handshake is done. */
    public boolean done() {
        return session != null;
    }

    /** The session; there must be one. */
    public Security.Session session() {
        Security.Session s = session;
        if (s == null) throw new AssertionError("no session; failure: " + failure);
        return s;
    }

    /** What the handshake failed with. */
    public @Nullable Violation failure() {
        return failure;
    }

    /** The record that holds these bytes. */
    public byte[] seal(byte[] plain) {
        Buf wire = new Buf(session().sealedSize(plain.length));
        session().seal(new Buf(plain), wire);
        return wire.takeAll();
    }

    /** Receives bytes and opens all whole records there are. */
    public byte[] open(byte[] wire) {
        in.compact();
        in.grow(wire.length).put(wire);
        Buf all = new Buf(64);
        Buf plain = new Buf(session().plainMax());
        while (session().open(in, plain)) {
            all.grow(plain.size());
            plain.moveTo(all, plain.size());
            plain.clear();
        }
        return all.takeAll();
    }
}
