package libp2p.multiformats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MultiaddrTest {
    private static final String RELAY = "QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC";
    private static final String PEER = "12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV";

    @Test
    void componentsHaveProtocolValueAndText() {
        Multiaddr address = Multiaddr.of("/ip4/192.0.2.42/tcp/443/ws");
        assertThat(address.components()).extracting(Component::proto).containsExactly(Proto.IP4, Proto.TCP, Proto.WS);
        assertThat(address.components()).extracting(Component::text).containsExactly("192.0.2.42", "443", "");
        assertThat(address.components()).extracting(c -> Vectors.hex(c.value())).containsExactly("c000022a", "01bb", "");
        assertThat(address.components()).extracting(c -> Vectors.hex(c.bytes())).containsExactly("04c000022a", "0601bb", "dd03");
        assertThat(address.components()).hasToString("[/ip4/192.0.2.42, /tcp/443, /ws]");
        assertThat(Multiaddr.of(address.components())).isEqualTo(address);
        assertThatThrownBy(() -> address.components().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void theFirstComponentOfAProtocolIsFound() {
        Multiaddr address = Multiaddr.of("/ip4/1.2.3.4/utp/tcp/5555/udp/1234/tls/tcp/7");
        assertThat(address.first(Proto.TCP)).isEqualTo(Component.of(Proto.TCP, "5555"));
        assertThat(address.first(Proto.TLS)).isEqualTo(Component.of(Proto.TLS, ""));
        assertThat(address.first(Proto.IP6)).isNull();
        assertThat(address.has(Proto.UTP)).isTrue();
        assertThat(address.has(Proto.DNS)).isFalse();
    }

    @Test
    void addressesAreEncapsulated() {
        Multiaddr address = Multiaddr.of("/ip4/1.2.3.4").encapsulate("/udp/1").encapsulate(Multiaddr.of("/quic-v1"))
            .encapsulate(Proto.P2P, PEER);
        assertThat(address).hasToString("/ip4/1.2.3.4/udp/1/quic-v1/p2p/" + PEER);
        assertThat(Multiaddr.EMPTY.encapsulate(address).encapsulate(Multiaddr.EMPTY)).isEqualTo(address);
        assertThatThrownBy(() -> address.encapsulate(Proto.TLS, "x")).isInstanceOf(FormatException.class);
        assertThatThrownBy(() -> Multiaddr.of("/unix/a").encapsulate(address)).isInstanceOf(FormatException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "/ip4/1.2.3.4/tcp/1234,/ip4/1.2.3.4,/",
        "/ip4/1.2.3.4/tcp/1234,/ip4/1.2.3.4/tcp/1234,/",
        "/ip4/1.2.3.4,/ip4/1.2.3.4/tcp/1234,/ip4/1.2.3.4",
        "/ip4/1.2.3.5/tcp/1234,/ip4/5.3.2.1,/ip4/1.2.3.5/tcp/1234",
        "/ip4/1.2.3.5/udp/1234/quic-v1,/udp/1234,/ip4/1.2.3.5",
        "/ip4/1.2.3.6/udp/1234/quic-v1,/udp/1234/quic-v1,/ip4/1.2.3.6",
        "/ip4/1.2.3.7/tcp/1/tcp/2/tcp/1,/tcp/1,/ip4/1.2.3.7/tcp/1/tcp/2",
        "/dnsaddr/wss.com/tcp/4001,/ws,/dnsaddr/wss.com/tcp/4001",
        "/dnsaddr/wss.com/tcp/4001/ws,/wss,/dnsaddr/wss.com/tcp/4001/ws",
        "/dnsaddr/wss.com/ws,/dnsaddr/wss.com,/"})
    void addressesAreDecapsulatedFromTheLastOccurrence(String whole, String inner, String rest) {
        assertThat(Multiaddr.of(whole).decapsulate(Multiaddr.of(inner))).hasToString(rest);
    }

    @Test
    void protocolsAreDecapsulatedFromTheLastOccurrence() {
        Multiaddr address = Multiaddr.of("/ip4/1.2.3.4/tcp/1/p2p/" + RELAY + "/p2p-circuit/p2p/" + PEER);
        assertThat(address.decapsulate(Proto.P2P)).hasToString("/ip4/1.2.3.4/tcp/1/p2p/" + RELAY + "/p2p-circuit");
        assertThat(address.decapsulate(Proto.P2P_CIRCUIT)).hasToString("/ip4/1.2.3.4/tcp/1/p2p/" + RELAY);
        assertThat(address.decapsulate(Proto.IP4)).isEqualTo(Multiaddr.EMPTY).isSameAs(Multiaddr.EMPTY);
        assertThat(address.decapsulate(Proto.UDP)).isSameAs(address);
        assertThat(address.decapsulate(Multiaddr.EMPTY)).isSameAs(address);
    }

    @Test
    void anAddressStartsWithItsFirstComponents() {
        Multiaddr address = Multiaddr.of("/ip4/1.2.3.4/tcp/1");
        assertThat(address.startsWith(address)).isTrue();
        assertThat(address.startsWith(Multiaddr.EMPTY)).isTrue();
        assertThat(address.startsWith(Multiaddr.of("/ip4/1.2.3.4"))).isTrue();
        assertThat(address.startsWith(Multiaddr.of("/tcp/1"))).isFalse();
        assertThat(address.startsWith(Multiaddr.of("/ip4/1.2.3.4/tcp/1/ws"))).isFalse();
        assertThat(Multiaddr.of("/unix/a/b").startsWith(Multiaddr.of("/unix/a"))).isFalse();
    }

    @Test
    void thePeerIsTheLastThatAnswersAtTheAddress() {
        byte[] peer = Base58.decode(PEER);
        assertThat(Multiaddr.of("/ip4/1.2.3.4/tcp/1/p2p/" + RELAY + "/p2p-circuit/p2p/" + PEER).peer()).isEqualTo(peer);
        assertThat(Multiaddr.of("/p2p/" + PEER + "/http-path/a").peer()).isEqualTo(peer);
        assertThat(Multiaddr.of("/p2p/" + PEER + "/p2p-circuit").peer()).isNull();
        assertThat(Multiaddr.of("/ip4/1.2.3.4").peer()).isNull();
    }

    @Test
    void thePeerAtTheEndIsTakenAway() {
        assertThat(Multiaddr.of("/tcp/1/p2p/" + PEER).withoutPeer()).hasToString("/tcp/1");
        assertThat(Multiaddr.of("/p2p/" + PEER).withoutPeer()).isSameAs(Multiaddr.EMPTY);
        assertThat(Multiaddr.of("/p2p/" + PEER + "/p2p-circuit").withoutPeer()).hasToString("/p2p/" + PEER + "/p2p-circuit");
        assertThat(Multiaddr.EMPTY.withoutPeer()).isSameAs(Multiaddr.EMPTY);
    }

    @ParameterizedTest
    @CsvSource({
        "/ip4/1.2.3.4/tcp/80/tcp/90,1.2.3.4,,80",
        "/ip6/::1/udp/0/quic-v1,::1,,0",
        "/ip6zone/eth0/ip6/fe80::1/udp/65535,fe80::1,eth0,65535",
        "/dns4/example.com/tcp/443/wss,example.com,,443",
        "/dnsaddr/example.com,example.com,,-1",
        "/unix/a,,,-1",
        "/tcp/1/ip4/1.2.3.4,,,1",
        "/ip6zone/eth0,,eth0,-1"})
    void anAddressTellsHostZoneAndPort(String text, String host, String zone, int port) {
        Multiaddr address = Multiaddr.of(text);
        assertThat(address.host()).isEqualTo(host);
        assertThat(address.zone()).isEqualTo(zone);
        assertThat(address.port()).isEqualTo(port);
    }

    @Test
    void anAddressIsMadeOfAnIpEndPoint() {
        byte[] six = Vectors.bytes("fe800000000000000000000000000001");
        assertThat(Multiaddr.ip(new byte[] {127, 0, 0, 1}, null, Proto.TCP, 65535)).hasToString("/ip4/127.0.0.1/tcp/65535");
        assertThat(Multiaddr.ip(new byte[] {127, 0, 0, 1}, "lo", Proto.UDP, 1)).hasToString("/ip4/127.0.0.1/udp/1");
        assertThat(Multiaddr.ip(six, null, Proto.TCP, 0)).hasToString("/ip6/fe80::1/tcp/0");
        assertThat(Multiaddr.ip(six, "eth0", Proto.UDP, 1)).hasToString("/ip6zone/eth0/ip6/fe80::1/udp/1");
        assertThat(Multiaddr.ip(six, null, Proto.TCP, 0).ip()).isEqualTo(six);
        assertThat(Multiaddr.of("/dns/a/ip4/1.2.3.4/ip6/::").ip()).containsExactly(1, 2, 3, 4);
        assertThat(Multiaddr.EMPTY.ip()).isNull();
        assertThatThrownBy(() -> Multiaddr.ip(new byte[5], null, Proto.TCP, 1)).isInstanceOf(FormatException.class);
        assertThatThrownBy(() -> Multiaddr.ip(six, null, Proto.TCP, 65536)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Multiaddr.ip(six, null, Proto.WS, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "/ip4/127.0.0.1,loopback", "/ip4/127.255.0.1,loopback", "/ip6/::1,loopback", "/ip6/::ffff:127.0.0.1,loopback",
        "/ip4/10.0.0.1,private", "/ip4/172.16.0.1,private", "/ip4/172.31.255.255,private", "/ip4/192.168.1.1,private",
        "/ip4/100.64.0.1,private",
        "/ip4/100.127.255.255,private", "/ip6/fc00::1,private", "/ip6/fdff::1,private", "/ip6/::ffff:10.1.2.3,private",
        "/ip4/0.0.0.0,unspecified", "/ip6/::,unspecified", "/ip6/::ffff:0.0.0.0,unspecified",
        "/ip4/169.254.9.9,link", "/ip6/fe80::1,link", "/ip6/febf::1,link", "/ip6zone/eth0/ip6/fe80::1,link",
        "/ip4/128.0.0.1,none", "/ip4/11.0.0.1,none", "/ip4/172.15.0.1,none", "/ip4/172.32.0.1,none", "/ip4/192.169.0.1,none",
        "/ip4/100.128.0.1,none",
        "/ip4/169.253.0.1,none", "/ip6/::2,none", "/ip6/fe00::1,none", "/ip6/fec0::1,none", "/ip6/2001:db8::1,none",
        "/dns/localhost,none", "/udt,none"})
    void anIpAddressIsOfOneKind(String text, String kind) {
        Multiaddr address = Multiaddr.of(text);
        assertThat(List.of(address.isLoopback(), address.isPrivate(), address.isUnspecified(), address.isLinkLocal()))
            .containsExactly(kind.equals("loopback"), kind.equals("private"), kind.equals("unspecified"), kind.equals("link"));
    }

    @ParameterizedTest
    @CsvSource({
        "/ip6/::ffff:1.2.3.4/tcp/1,/ip4/1.2.3.4/tcp/1",
        "/ip6zone/eth0/ip6/::ffff:1.2.3.4/tcp/1,/ip4/1.2.3.4/tcp/1",
        "/ip6/::1.2.3.4/tcp/1,/ip6/::102:304/tcp/1",
        "/ip6/::1/tcp/1,/ip6/::1/tcp/1",
        "/ip4/1.2.3.4/ip6/::ffff:1.2.3.4,/ip4/1.2.3.4/ip6/::ffff:1.2.3.4",
        "/dns/a,/dns/a"})
    void anIpv4MappedAddressBecomesIpv4(String text, String unmapped) {
        assertThat(Multiaddr.of(text).unmapped()).hasToString(unmapped);
    }

    @Test
    void theOrderIsThatOfUnsignedBytes() {
        assertThat(Multiaddr.of("/ip4/1.2.3.4")).isLessThan(Multiaddr.of("/ip4/200.2.3.4")).isLessThan(Multiaddr.of("/ip4/1.2.3.4/tcp/1"));
        assertThat(Multiaddr.EMPTY).isLessThan(Multiaddr.of("/udt")).hasToString("/").isNotEqualTo(Multiaddr.of("/udt"));
        assertThat(Component.of(Proto.TCP, "1")).isLessThan(Component.of(Proto.TCP, "40000")).isNotEqualTo(Component.of(Proto.UDP, "1"));
    }

    @Test
    void arraysOfOthersAreCopied() {
        byte[] bytes = Vectors.bytes("047f000001");
        Multiaddr address = Multiaddr.of(bytes);
        bytes[1] = 9;
        address.bytes()[1] = 9;
        address.components().get(0).value()[0] = 9;
        byte[] value = {1, 2};
        Component port = Component.of(Proto.TCP, value);
        value[0] = 9;
        assertThat(address).hasToString("/ip4/127.0.0.1");
        assertThat(Multiaddr.of(address.components())).isEqualTo(Multiaddr.of("/ip4/127.0.0.1"));
        assertThat(port.value()).containsExactly(1, 2);
    }
}
