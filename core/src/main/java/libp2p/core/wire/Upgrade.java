package libp2p.core.wire;

import java.util.List;
import libp2p.core.Buf;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Violation;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Limits;
import libp2p.core.net.Observer;
import libp2p.core.net.Pipe;
import libp2p.core.net.PipeHandler;
import libp2p.core.net.Role;
import libp2p.core.net.Scope;
import libp2p.multiformats.Nullable;

/**
 * One pipe on its way to a connection: select a security protocol, run it, select a muxer, each within its time.
 *
 * <p>With a single security protocol to offer, or one that is likely spoken, the initiator sends its first handshake message behind the
 * proposal: one round trip less, and the only optimism in a connection's setup. If it guessed wrong the pipe is lost: a responder that has
 * not the protocol reads the handshake as the next proposal. So nothing else is proposed then, and the node dials again.
 */
final class Upgrade implements PipeHandler {

    private static final Buf NOTHING = new Buf(0);
    private static final CloseReason NOT_SPOKEN = CloseReason.of(
            CloseReason.Kind.UNSUPPORTED, Codes.PROTOCOL_NEGOTIATION_FAILED, "the peer hung up on the security protocol that was tried");

    private final Upgrades.Parts parts;
    private final Pipe pipe;
    private final Role role;
    private final boolean inbound;
    private final boolean eager;
    private final @Nullable PeerId expected;
    private final Callback<? super Connection> done;
    private final Workspace workspace;
    private @Nullable Buf out; // borrowed while the pipe has not taken all that we say: who stalls holds none

    private Step step;
    private long since;
    private Cancellable timer = Cancellable.NONE;
    private boolean over; // a connection, or failed

    /** If {@code eager}, the first of the security protocols is proposed alone and begun at once. */
    Upgrade(
            Upgrades.Parts parts,
            Pipe pipe,
            Role role,
            boolean inbound,
            boolean eager,
            @Nullable PeerId expected,
            Callback<? super Connection> done) {
        this.parts = parts;
        this.pipe = pipe;
        this.role = role;
        this.inbound = inbound;
        this.eager = eager;
        this.expected = expected;
        this.done = done;
        this.workspace = parts.workspaces().apply(pipe.loop());
        this.step = new SelectSecurity();
    }

    private Limits limits() {
        return parts.surroundings().limits();
    }

    private Observer observer() {
        return parts.surroundings().observer();
    }

    void begin() {
        enter(step);
        pipe.handler(this);
        run(NOTHING);
    }

    private void enter(Step next) {
        step = next;
        since = pipe.loop().nanoTime();
        timer.cancel();
        timer = pipe.loop().schedule(next.nanosMax, () -> fail(CloseReason.of(CloseReason.Kind.TIMED_OUT, next.name + " took too long")));
        next.begin();
    }

    private void passed(@Nullable String protocol) {
        observer().upgraded(pipe.remoteAddress(), step.name, pipe.loop().nanoTime() - since, protocol);
    }

    private void resume() {
        run(NOTHING);
        if (!over) pipe.read();
    }

    // ---- the pipe

    @Override
    public void onData(Pipe p, Buf data) {
        run(data);
    }

    @Override
    public void onWritable(Pipe p) {
        flush();
    }

    @Override
    public void onFinish(Pipe p) {
        lost(CloseReason.of(CloseReason.Kind.LOST, "the peer hung up during " + step.name));
    }

    @Override
    public void onClose(Pipe p, CloseReason reason) {
        lost(reason);
    }

    /** Whoever closes with our handshake unread may have its answer, that it has not the protocol, lost on the way (RFC 1122 4.2.2.13). */
    private void lost(CloseReason reason) {
        boolean guessed = eager && parts.securities().size() > 1 && step instanceof SelectSecurity;
        fail(!guessed ? reason : NOT_SPOKEN.because(List.of(reason)));
    }

    private void run(Buf data) {
        try {
            while (!over) {
                Step next = step.take(data);
                if (next == null) return;
                enter(next);
            }
        } catch (Violation v) {
            boolean nothingInCommon = v.code() == Codes.PROTOCOL_NEGOTIATION_FAILED;
            CloseReason.Kind kind = nothingInCommon ? CloseReason.Kind.UNSUPPORTED : CloseReason.Kind.VIOLATION;
            fail(CloseReason.of(kind, v.code(), String.valueOf(v.getMessage())));
        } catch (RuntimeException e) {
            observer().bug("upgrade in " + step.name, e);
            fail(CloseReason.bug(e));
        } finally {
            if (!over) flush();
        }
    }

    private Buf out() {
        Buf b = out;
        if (b == null) {
            b = workspace.borrow();
            out = b;
        }
        return b;
    }

    private void flush() {
        Buf b = out;
        if (b == null) return;
        if (!b.isEmpty()) pipe.write(b);
        if (b.isEmpty()) {
            out = null;
            workspace.giveBack(b);
        } else {
            b.compact();
        }
    }

    // ---- the steps

    /** What is agreed on now, with all that only this part of the way needs. */
    private abstract static class Step {
        private final String name;
        private final long nanosMax;

        Step(String name, long nanosMax) {
            this.name = name;
            this.nanosMax = nanosMax;
        }

        /** Says what we say first. */
        abstract void begin();

        /** Takes what it can of what came; the next step once this one is done, null while more is needed and after the last. */
        abstract @Nullable Step take(Buf data);

        /** Gives up, and gives back. */
        abstract void dispose();
    }

    private Multistream.Selection selection(List<String> ids) {
        int messagesMax = limits().negotiationMessagesMax();
        return role == Role.INITIATOR ? new Multistream.Initiator(ids, messagesMax) : new Multistream.Responder(ids, messagesMax);
    }

    /** Multistream in the clear. */
    private final class SelectSecurity extends Step {
        private final Multistream.Selection selection;
        private @Nullable Handshaking early; // whose first message goes out behind the proposal

        SelectSecurity() {
            super("select security", limits().selectNanos());
            List<String> ids = parts.securityIds();
            selection = selection(eager ? List.of(ids.get(0)) : ids);
        }

        @Override
        void begin() {
            selection.begin(out());
            if (eager) early = new Handshaking(parts.securities().get(0));
        }

        @Override
        @Nullable Step take(Buf data) {
            Handshaking chosen = early;
            if (chosen != null && data == NOTHING) chosen.handshake.step(NOTHING, out());
            String id = selection.step(data, out());
            if (id == null) return null;
            passed(id);
            if (chosen != null) return chosen;
            Security security = parts.security(id);
            if (security == null) throw new IllegalStateException("selected what was not offered: " + id);
            return new Handshaking(security);
        }

        @Override
        void dispose() {
            if (early != null) early.dispose();
        }
    }

    /** The security protocol's own handshake. */
    private final class Handshaking extends Step {
        private final Security security;
        private final Security.Handshake handshake;
        private Security.@Nullable Session session;

        Handshaking(Security security) {
            super("security", limits().securityNanos());
            this.security = security;
            Security.Context context = new Security.Context(
                    parts.node(), pipe.loop(), workspace.rng(), role, expected, parts.muxerIds(), new byte[0], List.of(),
                    parts.securityIds());
            handshake = security.begin(context, Upgrade.this::resume);
        }

        @Override
        void begin() {}

        @Override
        @Nullable Step take(Buf data) {
            Security.Session s = handshake.step(data, out());
            if (s == null) return null;
            session = s;
            passed(security.id());
            checkChoice(security.id(), s.offer());
            if (s.remote().equals(parts.node().identity().id())) throw new Violation("we reached ourselves");
            CloseReason no = parts.gater().secured(s.remote(), pipe.remoteAddress(), inbound);
            if (no != null) {
                fail(no);
                return null;
            }
            String muxer = s.muxer();
            if (muxer == null) return new SelectMuxer(security, s);
            connect(security, s, muxer, null);
            return null;
        }

        @Override
        void dispose() {
            if (session == null) handshake.dispose();
            else session.dispose();
        }
    }

    /**
     * Throws if what was selected in the clear is not the first of the initiator's that the responder has too: then somebody between the
     * two has taken away what is better. Each end checks what the other told within the handshake, if it told.
     */
    private void checkChoice(String selected, List<String> told) {
        if (told.isEmpty()) return;
        List<String> ours = parts.securityIds();
        List<String> proposed = role == Role.INITIATOR ? ours : told;
        List<String> answered = role == Role.INITIATOR ? told : ours;
        for (String id : proposed) {
            if (id.equals(selected)) return;
            if (answered.contains(id)) throw new Violation("downgrade: both speak " + id + ", and " + selected + " was selected");
        }
    }

    /** Multistream within the secured channel. */
    private final class SelectMuxer extends Step {
        private final Security security;
        private final Security.Session session;
        private final Multistream.Selection selection = selection(parts.muxerIds());
        private @Nullable Buf plain; // opened, and not a whole message yet

        SelectMuxer(Security security, Security.Session session) {
            super("select muxer", limits().selectNanos());
            this.security = security;
            this.session = session;
        }

        @Override
        void begin() {
            Buf hello = workspace.borrow();
            selection.begin(hello);
            seal(hello);
        }

        @Override
        @Nullable Step take(Buf data) {
            Buf in = plain == null ? workspace.borrow() : plain;
            plain = in;
            do {
                in.compact();
                String id = answer(in);
                if (id != null) {
                    passed(id);
                    connect(security, session, id, in);
                    return null;
                }
            } while (session.open(data, in));
            if (in.isEmpty()) {
                plain = null;
                workspace.giveBack(in);
            }
            return null;
        }

        private @Nullable String answer(Buf in) {
            Buf reply = workspace.borrow();
            try {
                return selection.step(in, reply);
            } finally {
                seal(reply);
            }
        }

        /** Encrypts what is in a borrowed buffer, and gives that back. */
        private void seal(Buf bytes) {
            if (!bytes.isEmpty()) session.seal(bytes, out());
            workspace.giveBack(bytes);
        }

        @Override
        void dispose() {
            session.dispose();
            if (plain != null) workspace.giveBack(plain);
        }
    }

    // ---- the ends

    private void connect(Security security, Security.Session s, String muxerId, @Nullable Buf plain) {
        Muxer muxer = parts.muxer(muxerId);
        if (muxer == null) throw new IllegalStateException("agreed on what was not offered: " + muxerId);
        Scope peer = parts.scope().peer(s.remote());
        Scope.Resource resource = inbound ? Scope.Resource.CONNECTIONS_INBOUND : Scope.Resource.CONNECTIONS_OUTBOUND;
        boolean fits = peer.reserve(resource, 1);
        KnownConnection.Facts facts = new KnownConnection.Facts(
                pipe.loop(), s.remote(), s.remoteKey(), pipe.localAddress(), pipe.remoteAddress(),
                inbound, pipe.limited(), security.id(), muxerId);
        Runnable release = fits ? () -> peer.release(resource, 1) : () -> {};
        Wire wire = new Wire(facts, parts.surroundings(), peer.connection(), pipe, s, workspace, release);
        finish();
        wire.start(muxer, role, out(), plain);
        if (!fits) {
            CloseReason full = CloseReason.of(CloseReason.Kind.REFUSED, Codes.RESOURCE_LIMIT_EXCEEDED, "too many connections");
            wire.close(full);
            observer().upgradeFailed(pipe.remoteAddress(), inbound, "limits", full);
            done.done(null, full);
            return;
        }
        observer().connected(wire);
        done.done(wire, null);
    }

    private void finish() {
        over = true;
        timer.cancel();
    }

    void fail(CloseReason reason) {
        if (over) return;
        finish();
        flush(); // an alert, or the answer that says there is no protocol in common
        step.dispose();
        if (out != null) workspace.giveBack(out);
        pipe.close(reason);
        observer().upgradeFailed(pipe.remoteAddress(), inbound, step.name, reason);
        done.done(null, reason);
    }
}
