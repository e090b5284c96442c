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
 * <p>With a single security protocol to offer, the initiator sends its first handshake message behind the proposal: one round trip less,
 * and the only optimism in a connection's setup.
 */
final class Upgrade implements PipeHandler {

    private enum Phase {
        /** Multistream in the clear. */
        SELECT_SECURITY("select security"),
        /** The security protocol's own handshake. */
        SECURITY("security"),
        /** Multistream within the secured channel. */
        SELECT_MUXER("select muxer"),
        /** A connection, or failed. */
        DONE("done");

        private final String step;

        Phase(String step) {
            this.step = step;
        }
    }

    private static final Buf NOTHING = new Buf(0);

    private final Upgrades.Parts parts;
    private final Pipe pipe;
    private final Role role;
    private final boolean inbound;
    private final @Nullable PeerId expected;
    private final Callback<? super Connection> done;
    private final Workspace workspace;
    private final Buf out;

    private Phase phase = Phase.SELECT_SECURITY;
    private long since;
    private Cancellable timer = Cancellable.NONE;
    private Multistream.@Nullable Initiator propose;
    private Multistream.@Nullable Responder answer;
    private @Nullable Security security;
    private Security.@Nullable Handshake handshake;
    private Security.@Nullable Session session;
    private @Nullable Buf plain; // decrypted bytes while a muxer is selected

    Upgrade(Upgrades.Parts parts, Pipe pipe, Role role, boolean inbound, @Nullable PeerId expected, Callback<? super Connection> done) {
        this.parts = parts;
        this.pipe = pipe;
        this.role = role;
        this.inbound = inbound;
        this.expected = expected;
        this.done = done;
        this.workspace = parts.workspaces().apply(pipe.loop());
        this.out = workspace.borrow();
    }

    private Limits limits() {
        return parts.surroundings().limits();
    }

    private Observer observer() {
        return parts.surroundings().observer();
    }

    void begin() {
        enter(Phase.SELECT_SECURITY, limits().selectNanos());
        if (role == Role.INITIATOR) {
            List<String> ids = parts.securityIds();
            propose = new Multistream.Initiator(ids, limits().negotiationMessagesMax());
            propose.begin(out);
            if (ids.size() == 1) secure(parts.securities().get(0));
        } else {
            answer = new Multistream.Responder(parts.securityIds(), limits().negotiationMessagesMax());
        }
        pipe.handler(this);
        run(NOTHING);
    }

    private void enter(Phase next, long nanos) {
        long now = pipe.loop().nanoTime();
        phase = next;
        since = now;
        timer.cancel();
        timer = pipe.loop().schedule(nanos, () -> fail(CloseReason.of(CloseReason.Kind.TIMED_OUT, next.step + " took too long")));
    }

    private void passed(@Nullable String protocol) {
        observer().upgraded(pipe.remoteAddress(), phase.step, pipe.loop().nanoTime() - since, protocol);
    }

    private void secure(Security chosen) {
        security = chosen;
        Security.Context context = new Security.Context(
                parts.node(), pipe.loop(), workspace.rng(), role, expected, parts.muxerIds(), new byte[0], List.of());
        handshake = chosen.begin(context, this::resume);
    }

    private void resume() {
        run(NOTHING);
        if (phase != Phase.DONE) pipe.read();
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
        fail(CloseReason.of(CloseReason.Kind.LOST, "the peer hung up during " + phase.step));
    }

    @Override
    public void onClose(Pipe p, CloseReason reason) {
        fail(reason);
    }

    // ---- the steps

    private void run(Buf data) {
        if (phase == Phase.DONE) return;
        try {
            if (phase == Phase.SELECT_SECURITY && !selectSecurity(data)) return;
            if (phase == Phase.SECURITY && !shakeHands(data)) return;
            if (phase == Phase.SELECT_MUXER) selectMuxer(data);
        } catch (Violation v) {
            boolean nothingInCommon = v.code() == Codes.PROTOCOL_NEGOTIATION_FAILED;
            fail(CloseReason.of(nothingInCommon ? CloseReason.Kind.UNSUPPORTED : CloseReason.Kind.VIOLATION, v.code(), v.getMessage()));
        } catch (RuntimeException e) {
            observer().bug("upgrade in " + phase.step, e);
            fail(CloseReason.bug(e));
        } finally {
            if (phase != Phase.DONE) flush();
        }
    }

    private boolean selectSecurity(Buf data) {
        Security.Handshake early = handshake;
        if (early != null && data == NOTHING) early.step(NOTHING, out); // the first message, behind the proposal
        String id = propose != null ? propose.step(data, out) : answer.step(data, out);
        if (id == null) return false;
        passed(id);
        if (early == null) {
            Security chosen = parts.security(id);
            if (chosen == null) throw new IllegalStateException("selected what was not offered: " + id);
            secure(chosen);
        }
        enter(Phase.SECURITY, limits().securityNanos());
        return true;
    }

    private boolean shakeHands(Buf data) {
        Security.Session s = handshake.step(data, out);
        if (s == null) return false;
        handshake = null;
        session = s;
        passed(security.id());
        if (s.remote().equals(parts.node().identity().id())) throw new Violation("we reached ourselves");
        CloseReason no = parts.gater().secured(s.remote(), pipe.remoteAddress(), inbound);
        if (no != null) {
            fail(no);
            return false;
        }
        String early = s.muxer();
        if (early != null) {
            connect(early);
            return false;
        }
        enter(Phase.SELECT_MUXER, limits().selectNanos());
        propose = null;
        answer = null;
        plain = workspace.borrow();
        if (role == Role.INITIATOR) {
            propose = new Multistream.Initiator(parts.muxerIds(), limits().negotiationMessagesMax());
            Buf hello = workspace.borrow();
            propose.begin(hello);
            seal(hello);
        } else {
            answer = new Multistream.Responder(parts.muxerIds(), limits().negotiationMessagesMax());
        }
        return true;
    }

    private void selectMuxer(Buf data) {
        Buf in = plain;
        while (true) {
            Buf reply = workspace.borrow();
            String id = propose != null ? propose.step(in, reply) : answer.step(in, reply);
            seal(reply);
            if (id != null) {
                passed(id);
                connect(id);
                return;
            }
            in.compact();
            if (!session.open(data, in)) return;
        }
    }

    /** Encrypts what is in a borrowed buffer, and gives that back. */
    private void seal(Buf bytes) {
        if (!bytes.isEmpty()) session.seal(bytes, out);
        workspace.giveBack(bytes);
    }

    private void flush() {
        if (!out.isEmpty()) {
            pipe.write(out);
            if (out.isEmpty()) out.clear();
            else out.compact();
        }
    }

    // ---- the ends

    private void connect(String muxerId) {
        Muxer muxer = parts.muxer(muxerId);
        Security.Session s = session;
        if (muxer == null || s == null || security == null) throw new IllegalStateException("agreed on what was not offered: " + muxerId);
        Scope peer = parts.scope().peer(s.remote());
        Scope.Resource resource = inbound ? Scope.Resource.CONNECTIONS_INBOUND : Scope.Resource.CONNECTIONS_OUTBOUND;
        boolean fits = peer.reserve(resource, 1);
        BaseConnection.Facts facts = new BaseConnection.Facts(
                pipe.loop(), s.remote(), s.remoteKey(), pipe.localAddress(), pipe.remoteAddress(), inbound, pipe.limited(), security.id(), muxerId);
        Runnable release = fits ? () -> peer.release(resource, 1) : () -> {};
        Wire wire = new Wire(facts, parts.surroundings(), peer.connection(), pipe, s, workspace, release);
        session = null;
        finish();
        wire.start(muxer, role, out, plain);
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
        phase = Phase.DONE;
        timer.cancel();
    }

    void fail(CloseReason reason) {
        if (phase == Phase.DONE) return;
        String step = phase.step;
        finish();
        flush(); // an alert, or the answer that says there is no protocol in common
        if (handshake != null) handshake.dispose();
        if (session != null) session.dispose();
        workspace.giveBack(out);
        if (plain != null) workspace.giveBack(plain);
        pipe.close(reason);
        observer().upgradeFailed(pipe.remoteAddress(), inbound, step, reason);
        done.done(null, reason);
    }
}
