package libp2p.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import libp2p.multiformats.Multiaddr;
import org.junit.jupiter.api.Test;

class DialRankerTest {
    private static final long MILLI = 1_000_000L;

    private static List<String> rank(String... addresses) {
        List<Multiaddr> all = new ArrayList<>();
        for (String a : addresses) all.add(Multiaddr.of(a));
        List<String> said = new ArrayList<>();
        for (DialRanker.Ranked r : DialRanker.rank(all)) said.add(r.address() + " at " + r.delayNanos() / MILLI);
        return said;
    }

    @Test
    void quicGoesBeforeTcpAndIpv6BeforeIpv4OneAfterTheOther() {
        assertThat(rank("/ip4/8.8.8.8/tcp/1", "/ip6/2620:fe::fe/tcp/1", "/ip4/8.8.8.8/udp/1/quic-v1", "/ip6/2620:fe::fe/udp/1/quic-v1"))
                .containsExactly("/ip6/2620:fe::fe/udp/1/quic-v1 at 0", "/ip4/8.8.8.8/udp/1/quic-v1 at 250",
                        "/ip6/2620:fe::fe/tcp/1 at 500", "/ip4/8.8.8.8/tcp/1 at 750");
    }

    @Test
    void privateAddressesAreTriedFasterAndBesideTheOthers() {
        assertThat(rank("/ip4/192.168.1.2/tcp/1", "/ip4/10.0.0.2/tcp/2", "/ip4/8.8.8.8/tcp/1"))
                .containsExactlyInAnyOrder("/ip4/192.168.1.2/tcp/1 at 0", "/ip4/8.8.8.8/tcp/1 at 0", "/ip4/10.0.0.2/tcp/2 at 30");
    }

    @Test
    void relaysWaitForDirectAddressesWhereThereAreAny() {
        String relay = "/ip4/8.8.8.8/tcp/1/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA/p2p-circuit";
        assertThat(rank(relay, "/ip4/8.8.4.4/tcp/1")).containsExactly("/ip4/8.8.4.4/tcp/1 at 0", relay + " at 500");
        assertThat(rank(relay)).containsExactly(relay + " at 0");
    }
}
