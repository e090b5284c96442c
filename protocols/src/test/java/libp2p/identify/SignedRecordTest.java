package libp2p.identify;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Crypto;
import libp2p.core.Loop;
import libp2p.core.identity.Envelope;
import libp2p.core.identity.Identity;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PeerRecord;
import libp2p.core.identity.PublicKey;
import libp2p.core.net.Connection;
import libp2p.core.net.Limits;
import libp2p.core.node.Identified;
import libp2p.core.node.Swarm;
import libp2p.multiformats.Multiaddr;
import libp2p.testkit.Caller;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;

class SignedRecordTest {
    private final Crypto crypto = new BouncyCastleCrypto();
    private final World world = new World(crypto);
    private final Identify identify = new Identify();

    private World.Result<Identified> ask(Connection c) {
        World.Result<Identified> result = new World.Result<>();
        identify.identify(c, result);
        world.settle();
        return result;
    }

    private Envelope sealed(Swarm signer, PeerRecord record) {
        World.Result<Envelope> result = new World.Result<>();
        record.seal(signer.identity(), signer.loop(), result);
        world.settle();
        return result.value();
    }

    private PeerRecord record(Swarm node, String address) {
        return new PeerRecord(node.identity().id(), 1, List.of(Multiaddr.of(address)));
    }

    private static Said agent(String name) {
        return new Said().text(Fields.AGENT, name);
    }

    // ---- signed records

    private Identified learned(Function<Swarm, byte[]> record) {
        Swarm a = world.node(identify);
        Swarm b = world.node();
        b.handle(Identify.ID, s -> new Caller().send(agent("x").bytes(Fields.RECORD, record.apply(b)).frames()).finish());
        Identified i = ask(world.connect(a, b)).value();
        assertThat(i.agent()).isEqualTo("x");
        return i;
    }

    @Test
    void theRecordOfAnotherPeerIsDropped() {
        Swarm other = world.node();
        byte[] others = sealed(other, record(other, "/ip4/6.6.6.6/tcp/6")).encode();
        assertThat(learned(b -> others).record()).isNull();
    }

    @Test
    void aRecordWithOneByteChangedIsDropped() {
        Swarm a = world.node(identify);
        Swarm b = world.node();
        byte[] good = sealed(b, record(b, "/ip4/1.2.3.4/tcp/5")).encode();
        byte[] said = agent("x").bytes(Fields.RECORD, good).frames();
        int[] at = {0};
        b.handle(Identify.ID, s -> {
            byte[] changed = Arrays.copyOf(said, said.length);
            if (at[0] >= 0) changed[said.length - 1 - at[0]] ^= 1;
            return new Caller().send(changed).finish();
        });
        world.settle();
        Connection c = world.connect(a, b);
        for (at[0] = 0; at[0] < 64; at[0]++) { // the signature comes last
            Identified i = ask(c).value();
            assertThat(i.record()).as("byte %d from the end", at[0]).isNull();
        }
        at[0] = -1;
        assertThat(ask(c).value().record().encode()).isEqualTo(good);
    }

    @Test
    void aRecordInTheDialectOfTheRfcIsTaken() {
        Swarm a = world.node(identify);
        Swarm b = world.node();
        World.Result<Envelope> sealed = new World.Result<>();
        Envelope.seal(
                b.identity(), "libp2p-routing-state", "/libp2p/routing-state-record".getBytes(StandardCharsets.UTF_8),
                record(b, "/ip4/1.2.3.4/tcp/5").encode(), b.loop(), sealed);
        world.settle();
        byte[] said = new Said().bytes(Fields.RECORD, sealed.value().encode()).frames();
        b.handle(Identify.ID, s -> new Caller().send(said).finish());
        world.settle();
        assertThat(ask(world.connect(a, b)).value().record()).isEqualTo(sealed.value());
    }

    @Test
    void ourRecordIsSignedAnewOnlyWhenOurAddressesChange() {
        Swarm a = world.node(identify);
        Swarm b = world.node(new Identify());
        Connection c = world.connect(a, b);
        Envelope first = ask(c).value().record();
        assertThat(ask(c).value().record()).isEqualTo(first);
        b.handle("/new", s -> new Caller());
        world.settle();
        assertThat(ask(c).value().record()).isEqualTo(first);
        b.listen(Multiaddr.of("/memory/more"), (l, failure) -> {});
        world.settle();
        Identified after = ask(c).value();
        assertThat(after.addresses()).hasSize(2);
        PeerRecord record = PeerRecord.open(after.record(), crypto);
        assertThat(record.addresses()).hasSize(2);
        assertThat(record.newerThan(PeerRecord.open(first, crypto))).isTrue();
        assertThat(record.seq()).isGreaterThanOrEqualTo(World.EPOCH_MILLIS);
    }

    /** Somebody whose signer never answers. */
    private Identity silent() {
        Swarm ghost = world.node();
        return new Identity() {
            @Override
            public PeerId id() {
                return ghost.identity().id();
            }

            @Override
            public PublicKey publicKey() {
                return ghost.identity().publicKey();
            }

            @Override
            public Cancellable sign(byte[] message, Loop home, Callback<? super byte[]> done) {
                return () -> home.execute(() -> done.done(null, CloseReason.CANCELLED));
            }
        };
    }

    @Test
    void aSignerThatNeverSignsDelaysTheAnswerButDoesNotPreventIt() {
        Swarm a = world.node(identify);
        Swarm b = world.node(Limits.DEFAULT, silent(), new Identify());
        World.Result<Identified> result = ask(world.connect(a, b));
        world.advanceSeconds(5);
        assertThat(result.value().record()).isNull();
        assertThat(result.value().protocols()).contains(Identify.ID);
    }

    @Test
    void aNodeThatStopsDoesNotWaitForAnAnswerThatIsNotSignedYet() {
        Swarm a = world.node(identify);
        Swarm b = world.node(Limits.DEFAULT, silent(), new Identify());
        World.Result<Identified> asked = ask(world.connect(a, b));
        World.Result<Void> stopped = new World.Result<>();
        b.stop(stopped);
        world.settle(); // no time passes
        assertThat(stopped.isDone()).isTrue();
        assertThat(asked.failure()).isNotNull();
    }
}
