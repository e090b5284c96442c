package libp2p.wired.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Resolver;
import libp2p.core.node.PeerBook;
import libp2p.core.node.Swarm;
import libp2p.multiformats.Multiaddr;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;

class DialLimitsTest extends EachLimit {
    private final List<String> asked = new ArrayList<>();

    private static List<Multiaddr> nobodyAt(int n) {
        List<Multiaddr> all = new ArrayList<>();
        for (int i = 0; i < n; i++) all.add(Multiaddr.of("/memory/nobody" + i));
        return all;
    }

    private World.Result<Connection> connect(Swarm node, PeerId peer, List<Multiaddr> addresses) {
        World.Result<Connection> made = new World.Result<>();
        node.loop().execute(() -> node.connect(peer, addresses, made));
        world.settle();
        return made;
    }

    @Test
    @Bounds("dialsPerPeerMax")
    void oneAddressTooManyIsNotTried() {
        Swarm node = bounded(limits().dialsPerPeerMax(3));
        CloseReason failure = connect(node, reckless().identity().id(), nobodyAt(4)).failure();
        assertThat(failure.kind()).isEqualTo(CloseReason.Kind.UNREACHABLE);
        assertThat(failure.causes()).hasSize(3);
        assertThat(world.network().dials()).containsExactlyElementsOf(nobodyAt(3));
    }

    @Test
    @Bounds("dialsConcurrentMax")
    void oneAttemptTooManyAtATimeWaitsForAnother() {
        Swarm node = bounded(limits().dialsConcurrentMax(2));
        List<Multiaddr> addresses = nobodyAt(3);
        for (Multiaddr a : addresses) world.network().silent(a);
        World.Result<Connection> made = connect(node, reckless().identity().id(), addresses);
        world.advanceSeconds(2);
        assertThat(world.network().dials()).hasSize(2);
        assertThat(made.isDone()).isFalse();
    }

    @Test
    @Bounds("peersKnownMax")
    void onePeerTooManyThatIsKnownMakesTheOldestForgotten() {
        Swarm node = bounded(limits().peersKnownMax(3));
        List<PeerId> peers = new ArrayList<>();
        for (int i = 0; i < 4; i++) peers.add(reckless().identity().id());
        for (PeerId p : peers) node.peers().add(p, nobodyAt(1), PeerBook.TOLD_NANOS);
        assertThat(node.peers().size()).isEqualTo(3);
        assertThat(node.peers().addresses(peers.get(0))).isEmpty();
        assertThat(node.peers().addresses(peers.get(3))).hasSize(1);
    }

    @Test
    @Bounds("addressesPerPeerMax")
    void oneAddressOfAPeerTooManyReplacesTheOneThatExpiresFirst() {
        Swarm node = bounded(limits().addressesPerPeerMax(3));
        PeerId peer = reckless().identity().id();
        List<Multiaddr> four = nobodyAt(4);
        node.peers().add(peer, four.subList(0, 1), PeerBook.RECENT_NANOS);
        node.peers().add(peer, four.subList(1, 4), PeerBook.TOLD_NANOS);
        assertThat(node.peers().addresses(peer)).containsExactlyElementsOf(four.subList(1, 4));
    }

    // ---- names

    /** Answers each look-up of texts with what this says of the name. */
    private Resolver names(Function<String, List<String>> answers) {
        return new Resolver() {
            @Override
            public Cancellable addresses(String name, Loop home, Callback<? super List<byte[]>> done) {
                List<byte[]> five = new ArrayList<>();
                for (int i = 0; i < 5; i++) five.add(new byte[] {10, 0, 0, (byte) i});
                asked.add(name);
                home.execute(() -> done.done(five, null));
                return Cancellable.NONE;
            }

            @Override
            public Cancellable texts(String name, Loop home, Callback<? super List<String>> done) {
                asked.add(name);
                home.execute(() -> done.done(answers.apply(name), null));
                return Cancellable.NONE;
            }
        };
    }

    private CloseReason failureOf(Swarm node, String address) {
        World.Result<Connection> made = new World.Result<>();
        node.loop().execute(() -> node.connect(Multiaddr.of(address), made));
        world.settle();
        return made.failure();
    }

    @Test
    @Bounds("dnsAnswersMax")
    void oneAnswerTooManyIsLeftOut() {
        List<String> four = new ArrayList<>();
        for (Multiaddr a : nobodyAt(4)) four.add("dnsaddr=" + a);
        world.resolver(names(name -> four));
        Swarm node = bounded(limits().dnsAnswersMax(3));
        failureOf(node, "/dnsaddr/a.example");
        assertThat(world.network().dials()).containsExactlyElementsOf(nobodyAt(3));
        assertThat(failureOf(node, "/dns4/b.example/tcp/1").causes()).hasSize(3);
    }

    @Test
    @Bounds("dnsAnswersMax")
    void namesThatEachLeadToMoreAreNotAllLookedUp() {
        world.resolver(names(name -> List.of("dnsaddr=/dnsaddr/x" + name.substring(9), "dnsaddr=/dnsaddr/y" + name.substring(9))));
        failureOf(bounded(limits().dnsAnswersMax(7).dnsDepthMax(20)), "/dnsaddr/a.example");
        assertThat(asked).hasSize(7);
    }

    @Test
    @Bounds("dnsDepthMax")
    void oneStepTooDeepIsNotTaken() {
        world.resolver(names(name -> List.of("dnsaddr=/dnsaddr/x" + name.substring(9))));
        CloseReason failure = failureOf(bounded(limits().dnsDepthMax(2)), "/dnsaddr/a.example");
        assertThat(asked).containsExactly("_dnsaddr.a.example", "_dnsaddr.xa.example");
        assertThat(failure.causes().get(0).detail()).contains("too deep");
    }
}
