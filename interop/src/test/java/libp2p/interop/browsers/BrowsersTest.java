package libp2p.interop.browsers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BrowsersTest {
    private static Row row(String transport, String feature, Row.Status status, String reason) {
        return new Row("chromium", "1.2", transport, feature, status, 7, reason);
    }

    @Test
    void thePageHasACellForEachRowAndAReasonForWhatDidNotPass() {
        List<Row> rows = List.of(row("ws", "dial", Row.Status.PASS, ""), row("ws", "echo", Row.Status.FAIL, "other bytes"),
                row("wss", "dial", Row.Status.SKIP, "no npm"));
        List<String> lines = new BrowsersPage(rows).text().lines().toList();
        assertThat(lines).contains("## chromium 1.2", "| transport | dial | echo |", "|---|---|---|",
                "| ws | ✅ 7 ms | ❌ |", "| wss | – |  |",
                "- `chromium x java (ws) echo`: other bytes", "- `chromium x java (wss) dial`: no npm");
    }

    @Test
    void whatToListenOnAgainIsTheAddressWithoutItsProofs() {
        String direct = "/ip4/127.0.0.1/udp/4001/webrtc-direct";
        assertThat(Visit.unproved(direct + "/certhash/uEi/p2p/12D")).isEqualTo(direct);
        assertThat(Visit.unproved("/ip4/127.0.0.1/tcp/4001/tls/ws/p2p/12D")).isEqualTo("/ip4/127.0.0.1/tcp/4001/tls/ws");
        assertThat(Visit.unproved("/ip4/127.0.0.1/tcp/4001/ws")).isEqualTo("/ip4/127.0.0.1/tcp/4001/ws");
    }

    @Test
    void certhashesAreInTheOrderOfTheAddress() {
        String two = "/ip4/127.0.0.1/udp/1/quic-v1/webtransport/certhash/uEiA/certhash/uEiB/p2p/12D";
        assertThat(Visit.hashes(two)).containsExactly("uEiA", "uEiB");
        assertThat(Visit.hashes("/ip4/127.0.0.1/tcp/1/ws/p2p/12D")).isEmpty();
    }

    @Test
    void anAddressHasExpiredIfItNamesOtherCertificatesThanTheOneThatIsShownNow() {
        String at = "/ip4/127.0.0.1/udp/1/quic-v1/webtransport";
        String then = at + "/certhash/uEiA/certhash/uEiB/p2p/12D";
        assertThat(Visit.expired(then, then)).isFalse();
        assertThat(Visit.expired(then, at + "/certhash/uEiB/certhash/uEiC/p2p/12D")).as("shown now is the one named second").isFalse();
        assertThat(Visit.expired(then, at + "/certhash/uEiC/certhash/uEiB/p2p/12D")).as("shown now is the first one").isTrue();
        assertThat(Visit.expired("/ip4/127.0.0.1/tcp/1/ws/p2p/12D", "/ip4/127.0.0.1/tcp/1/ws/p2p/12D")).as("no certificates").isFalse();
    }

    @Test
    void thePageTellsWhichAddressWasDialled() {
        List<Row> rows = List.of(row("ws", "dial", Row.Status.PASS, ""), row("webtransport", "restart", Row.Status.PASS, "the new one"));
        List<String> lines = new BrowsersPage(rows).text().lines().toList();
        assertThat(lines).contains("## Which address it was", "- `chromium x java (webtransport) restart`: the new one");
        assertThat(lines).noneMatch(l -> l.startsWith("- `chromium x java (ws)"));
    }

    @Test
    void onlyWebTransportsCertificatesChange() {
        assertThat(Visit.featureNames("webtransport")).contains("rotation", "restart");
        assertThat(Visit.featureNames("webrtc-direct")).contains("restart").doesNotContain("rotation");
    }

    @Test
    void theCertificateIsKnownByItsHashes(@TempDir Path folder) throws IOException, InterruptedException {
        Certificate c = Certificate.make(folder);
        assertThat(Files.size(c.file())).isPositive();
        assertThat(Base64.getDecoder().decode(c.keyHash())).hasSize(32);
        assertThat(HexFormat.ofDelimiter(":").parseHex(c.hash())).hasSize(32);
    }

    @Test
    void aClockIsKnownByTheHour() {
        long hour = 3_600_000;
        assertThat(Later.is(System.currentTimeMillis(), 0)).isTrue();
        assertThat(Later.is(System.currentTimeMillis() + 480 * hour, 480)).isTrue();
        assertThat(Later.is(System.currentTimeMillis(), 480)).isFalse();
    }
}
