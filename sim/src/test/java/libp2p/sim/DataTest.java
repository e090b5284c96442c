package libp2p.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Buf;
import libp2p.core.Codes;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Codec;
import libp2p.core.node.Node;
import libp2p.core.node.Protocol;
import libp2p.core.node.Requests;
import org.junit.jupiter.api.Test;

class DataTest {
    /** Doubles numbers, and says of each that it did. */
    private static final class Doubling implements Protocol, Codec<Long> {
        static final String ID = "/doubling";
        private Node node;
        Requests<Long, Long> requests;

        @Override
        public List<String> ids() {
            return List.of(ID);
        }

        @Override
        public void start(Node started) {
            node = started;
            requests = new Requests<>(node, this, this, Requests.Params.DEFAULT, (stream, question, done) -> {
                node.observer().decided(ID, "double", stream.connection().remote(), question);
                done.done(2 * question, null);
            });
        }

        @Override
        public boolean onConnectionLoop() {
            return true;
        }

        @Override
        public StreamHandler accept(Stream stream) {
            return requests.accept();
        }

        @Override
        public int sizeMax() {
            return 8;
        }

        @Override
        public int size(Long message) {
            return 8;
        }

        @Override
        public void write(Long message, Buf out) {
            out.putI64(message);
        }

        @Override
        public Long read(Buf data) {
            return data.i64();
        }
    }

    /** One question between two hosts, and a dial that fails. */
    private static World story(Fidelity fidelity, java.util.function.Consumer<? super Datum> listener) {
        World world = World.seed(6).fidelity(fidelity).links(Links.constant(10 * World.MILLISECOND)).data(listener);
        List<SimHost> hosts = world.hosts(2, () -> List.of(new Doubling()));
        world.connect(hosts.get(0), hosts.get(1));
        world.run(World.SECOND);
        SimHost asking = hosts.get(0);
        List<Long> answers = new ArrayList<>();
        asking.execute(() -> asking.protocol(Doubling.class).requests.ask(
                hosts.get(1).id(), List.of(Doubling.ID), OpenOptions.DEFAULT, 21L, (answer, failure) -> answers.add(answer)));
        world.run(World.SECOND);
        assertThat(answers).containsExactly(42L);
        hosts.get(1).execute(() -> hosts.get(1).swarm().connections().get(0).drain(Codes.SHUTDOWN));
        Probe.dialLater(asking, libp2p.multiformats.Multiaddr.of("/ip4/11.5.5.5/tcp/4001"), libp2p.core.net.Role.INITIATOR, false);
        world.run(10 * World.SECOND);
        return world;
    }

    @Test
    void dialsConnectionsStreamsMessagesAndDecisionsAreData() {
        List<Datum> data = new ArrayList<>();
        story(Fidelity.STREAMS, data::add);
        List<String> lines = new ArrayList<>();
        for (Datum d : data) lines.add(d.host() + " " + d.kind() + " " + d.peer() + (d.inbound() ? " in " : " ") + d.what());
        assertThat(lines).containsExactlyInAnyOrder(
                "0 DIALING 1 /ip4/11.0.0.1/tcp/4001",
                "0 DIALED 1 /ip4/11.0.0.1/tcp/4001",
                "0 CONNECTED 1 /ip4/11.0.0.1/tcp/4001",
                "1 CONNECTED 0 in /ip4/11.0.0.0/tcp/4001",
                "0 STREAM_OPENED 1 /doubling",
                "1 STREAM_OPENED 0 in /doubling",
                "0 MESSAGE 1 /doubling",
                "1 MESSAGE 0 in /doubling",
                "1 DECIDED 0 /doubling double",
                "1 MESSAGE 0 /doubling",
                "0 MESSAGE 1 in /doubling",
                "0 STREAM_CLOSED 1 /doubling",
                "1 STREAM_CLOSED 0 in /doubling",
                "0 DISCONNECTED 1 /ip4/11.0.0.1/tcp/4001",
                "1 DISCONNECTED 0 in /ip4/11.0.0.0/tcp/4001",
                "0 DIALING -1 /ip4/11.5.5.5/tcp/4001",
                "0 DIALED -1 /ip4/11.5.5.5/tcp/4001");
        for (Datum d : data) {
            if (d.kind() == Datum.Kind.MESSAGE) assertThat(d.value()).isEqualTo(9);
            if (d.kind() == Datum.Kind.DECIDED) assertThat(d.value()).isEqualTo(21);
            if (d.kind() == Datum.Kind.DIALED) assertThat(d.value()).isEqualTo(d.peer() == 1 ? 20 * World.MILLISECOND : 5 * World.SECOND);
        }
        assertThat(data.get(data.size() - 1).reason()).contains("nobody answers");
    }

    @Test
    void theSameIsTrueInBytesWithTheStepsOfUpgrades() {
        List<Datum> data = new ArrayList<>();
        story(Fidelity.bytes(new BouncyCastleCrypto()), data::add);
        assertThat(data).anySatisfy(d -> assertThat(d.kind()).isEqualTo(Datum.Kind.UPGRADED));
        assertThat(data.stream().filter(d -> d.kind() == Datum.Kind.MESSAGE).count()).isEqualTo(4);
        assertThat(data.stream().filter(d -> d.kind() == Datum.Kind.CONNECTED).map(Datum::peer)).containsExactlyInAnyOrder(0, 1);
    }

    @Test
    void listeningChangesNothing() {
        assertThat(story(Fidelity.STREAMS, d -> {}).hash()).isEqualTo(story(Fidelity.STREAMS, null).hash());
    }

    private static final Datum ODD = new Datum(5, 1, Datum.Kind.DECIDED, -1, true, "a,\"b\"\\", -7, "line\nand \u0001\ud800, rest");

    private static Map<String, String> head() {
        Map<String, String> head = new LinkedHashMap<>();
        head.put("scenario", "odd\nname");
        head.put("seed", "6");
        return head;
    }

    @Test
    void jsonLinesHaveTheHeadFirstAndEscapeWhatTheyMust() {
        List<String> lines = new ArrayList<>();
        DataLines.json(head(), lines::add).accept(ODD);
        assertThat(lines).containsExactly(
                "{\"scenario\":\"odd\\u000aname\",\"seed\":\"6\"}",
                "{\"time_ns\":5,\"host\":1,\"kind\":\"DECIDED\",\"peer\":-1,\"inbound\":true,\"what\":\"a,\\\"b\\\"\\\\\",\"value\":-7,"
                        + "\"reason\":\"line\\u000aand \\u0001\\ud800, rest\"}");
    }

    @Test
    void csvHasTheHeadInCommentsAndOneRowALine() {
        List<String> lines = new ArrayList<>();
        DataLines csv = DataLines.csv(head(), lines::add);
        csv.accept(ODD);
        csv.accept(new Datum(6, 2, Datum.Kind.MESSAGE, 3, false, "/plain", 8, ""));
        assertThat(lines).containsExactly(
                "# scenario=odd name",
                "# seed=6",
                "time_ns,host,kind,peer,inbound,what,value,reason",
                "5,1,DECIDED,-1,true,\"a,\"\"b\"\"\\\",-7,\"line and \u0001\ud800, rest\"",
                "6,2,MESSAGE,3,false,/plain,8,");
    }
}
