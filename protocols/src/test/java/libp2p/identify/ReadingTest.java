package libp2p.identify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Buf;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.net.Connection;
import libp2p.core.net.Limits;
import libp2p.core.node.Identified;
import libp2p.core.node.Swarm;
import libp2p.multiformats.Multiaddr;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;

class ReadingTest {
    private final World world = new World(new BouncyCastleCrypto());
    private final Swarm peer = world.node();
    private final Connection connection = world.connect(world.node(), peer);

    private Identified read(byte[]... pieces) {
        return read(false, pieces);
    }

    private Identified read(boolean pushed, byte[]... pieces) {
        Reading reading = new Reading(Limits.DEFAULT);
        for (byte[] p : pieces) {
            Buf in = new Buf(p);
            reading.take(in);
            assertThat(in.isEmpty()).isTrue();
        }
        reading.end(connection);
        return reading.identified(connection, null, pushed);
    }

    private String agent(byte[] said) {
        return read(new Said().bytes(Fields.AGENT, said).frames()).agent();
    }

    private String agent(String said) {
        return agent(said.getBytes(StandardCharsets.UTF_8));
    }

    private byte[] everything() {
        return new Said()
                .bytes(Fields.KEY, peer.identity().publicKey().encode())
                .bytes(Fields.ADDRESS, Multiaddr.of("/ip4/1.2.3.4/tcp/5").bytes())
                .text(Fields.PROTOCOL, "/a")
                .cut()
                .bytes(Fields.OBSERVED, Multiaddr.of("/ip4/9.8.7.6/tcp/5").bytes())
                .text(Fields.VERSION, "ipfs/0.1.0")
                .text(Fields.AGENT, "someone/1")
                .text(99, "unknown")
                .bytes(Fields.ADDRESS, Multiaddr.of("/ip6/::1/tcp/5").bytes())
                .text(Fields.PROTOCOL, "/b")
                .text(Fields.PROTOCOL, "/a")
                .frames();
    }

    @Test
    void messagesAreMergedHoweverTheyAreCut() {
        byte[] all = everything();
        Identified whole = read(all);
        assertThat(whole).isEqualTo(new Identified(
                peer.identity().publicKey(),
                List.of(Multiaddr.of("/ip4/1.2.3.4/tcp/5"), Multiaddr.of("/ip6/::1/tcp/5")),
                List.of("/a", "/b"),
                Multiaddr.of("/ip4/9.8.7.6/tcp/5"),
                "someone/1",
                "ipfs/0.1.0",
                null,
                false));
        for (int at = 0; at <= all.length; at++) {
            assertThat(read(Arrays.copyOf(all, at), Arrays.copyOfRange(all, at, all.length))).isEqualTo(whole);
        }
    }

    @Test
    void damagedMessagesGiveAViolationAndNothingElse() {
        Rng random = Rng.seeded(5);
        int well = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] said = everything();
            for (int n = random.nextInt(4); n >= 0; n--) said[random.nextInt(said.length)] = (byte) random.nextInt();
            try {
                read(said);
                well++;
            } catch (Violation v) {
                continue;
            }
        }
        assertThat(well).isBetween(1, 19_999);
    }

    @Test
    void theEleventhMessageIsAViolation() {
        Said said = new Said();
        for (int i = 0; i < 9; i++) said.text(Fields.PROTOCOL, "/" + i).cut();
        byte[] ten = said.text(Fields.PROTOCOL, "/9").frames();
        assertThat(read(ten).protocols()).hasSize(10);
        assertThatThrownBy(() -> read(ten, new Said().frames())).isInstanceOf(Violation.class);
    }

    @Test
    void aMessageOfEightKibibytesIsReadAndALargerIsNot() {
        byte[] more = new Said().bytes(99, new byte[8 * 1024 - 5]).text(Fields.AGENT, "").frames();
        assertThat(more).hasSize(2 + 8 * 1024 + 1);
        assertThatThrownBy(() -> read(more)).isInstanceOf(Violation.class);
        byte[] fits = new Said().bytes(99, new byte[8 * 1024 - 4]).frames();
        assertThat(fits).hasSize(2 + 8 * 1024);
        read(fits);
    }

    @Test
    void noMessageAtAllIsAViolation() {
        assertThatThrownBy(() -> read(new byte[0])).isInstanceOf(Violation.class);
        read(new byte[] {0});
    }

    @Test
    void theKeyOfAnotherPeerIsAViolation() {
        byte[] said = new Said().bytes(Fields.KEY, world.node().identity().publicKey().encode()).frames();
        assertThatThrownBy(() -> read(said)).isInstanceOf(Violation.class);
        byte[] none = new Said().bytes(Fields.KEY, new byte[0]).frames();
        assertThatThrownBy(() -> read(none)).isInstanceOf(Violation.class);
    }

    @Test
    void protocolsBeyondTheLimitAreAViolation() {
        Said said = new Said();
        for (int i = 0; i < 1024; i++) {
            if (i == 512) said.cut();
            said.text(Fields.PROTOCOL, "/" + i);
        }
        byte[] most = said.frames();
        assertThat(read(most).protocols()).hasSize(1024);
        assertThatThrownBy(() -> read(most, new Said().text(Fields.PROTOCOL, "/0").frames())).isInstanceOf(Violation.class);
    }

    @Test
    void onlySoManyAddressesAreKept() {
        Said said = new Said();
        for (int i = 0; i < 600; i++) {
            if (i % 300 == 299) said.cut();
            said.bytes(Fields.ADDRESS, Multiaddr.of("/ip4/1.2.3.4/tcp/" + (i + 1)).bytes());
        }
        List<Multiaddr> kept = read(said.frames()).addresses();
        assertThat(kept).hasSize(Limits.DEFAULT.addressesPerPeerMax()).startsWith(Multiaddr.of("/ip4/1.2.3.4/tcp/1"));
    }

    @Test
    void malformedAddressesArePassedOver() {
        byte[] said = new Said()
                .bytes(Fields.ADDRESS, new byte[] {4, 1, 2})
                .bytes(Fields.ADDRESS, new byte[0])
                .bytes(Fields.ADDRESS, Multiaddr.of("/ip4/1.2.3.4/tcp/5").bytes())
                .bytes(Fields.OBSERVED, new byte[] {(byte) 0xff})
                .frames();
        assertThat(read(said).addresses()).containsExactly(Multiaddr.of("/ip4/1.2.3.4/tcp/5"));
        assertThat(read(said).observed()).isNull();
    }

    @Test
    void aPeerMayNameItselfInItsAddressesButNoOther() {
        byte[] said = new Said()
                .bytes(Fields.ADDRESS, Multiaddr.of("/ip4/1.2.3.4/tcp/5/p2p/" + peer.identity().id()).bytes())
                .bytes(Fields.ADDRESS, Multiaddr.of("/ip4/6.6.6.6/tcp/6/p2p/" + world.node().identity().id()).bytes())
                .frames();
        assertThat(read(said).addresses()).containsExactly(Multiaddr.of("/ip4/1.2.3.4/tcp/5"));
    }

    @Test
    void aPushThatLeavesSomethingOutLeavesItAsItWas() {
        Identified i = read(true, new Said().text(Fields.AGENT, "new").frames());
        assertThat(i).isEqualTo(new Identified(null, null, null, null, "new", null, null, true));
    }

    @Test
    void agentsAreCutAtACharacterAndCleaned() {
        assertThat(agent("kubo/0.39 (ünïcode)")).isEqualTo("kubo/0.39 (ünïcode)");
        assertThat(agent("a\u0000b\u001b[31mc\nd\u007f\u0085")).isEqualTo("a\ufffdb\ufffd[31mc\ufffdd\ufffd\ufffd");
        assertThat(agent("evil\u202egpj.exe\u200b\ufeff")).isEqualTo("evil\ufffdgpj.exe\ufffd\ufffd");
        assertThat(agent("x".repeat(128))).isEqualTo("x".repeat(128));
        assertThat(agent("x".repeat(129))).isEqualTo("x".repeat(128));
        assertThat(agent("\ud83d\ude00".repeat(200))).isEqualTo("\ud83d\ude00".repeat(128));
        assertThat(agent(new byte[] {'a', (byte) 0xff, (byte) 0xed, (byte) 0xa0, (byte) 0x80}))
                .startsWith("a\ufffd").matches("a\ufffd+");
    }

    @Test
    void protocolIdsThatWouldHaveToBeCleanedAreNone() {
        byte[] said = new Said()
                .text(Fields.PROTOCOL, "/good/1")
                .text(Fields.PROTOCOL, "/bad\u202e/1")
                .text(Fields.PROTOCOL, "/" + "x".repeat(128))
                .text(Fields.PROTOCOL, "")
                .bytes(Fields.PROTOCOL, new byte[] {'/', (byte) 0xff})
                .frames();
        assertThat(read(said).protocols()).containsExactly("/good/1");
    }
}
