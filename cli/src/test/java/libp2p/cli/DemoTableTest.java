package libp2p.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import libp2p.core.identity.PeerId;
import libp2p.multiformats.Multiaddr;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoTableTest {
    private static final PeerId ID = PeerId.of("12D3KooWSMxWpSEX5JYsgTwZnQ5qNGjKFCinpLv1svKKXhCgr2Yz");

    @ParameterizedTest
    @ValueSource(ints = {2, 8, 9, 64})
    void theTableFitsASmallTerminalAndIsDrawnOverItself(int nodes) {
        StringWriter written = new StringWriter();
        DemoTable table = new DemoTable(new PrintWriter(written), nodes, 20_000_000_000L);
        DemoTally tally = new DemoTally(nodes);
        for (int i = 0; i < nodes; i++) table.started(i, ID, Multiaddr.EMPTY, List.of());
        table.page("http://127.0.0.1:65535/");
        for (int i = 1; i < nodes; i++) table.connected(0, i);
        for (int i = 1; i < nodes; i++) {
            table.measured(0, i, 123_456_789, 16 << 20, 30_000_000);
            tally.measured(123_456_789, 16 << 20, 30_000_000);
        }
        table.summary(tally);
        String all = written.toString();
        assertThat(all.replaceAll("\u001b\\[[0-9]*[A-Z]", "").replace("\r", "").lines()).allMatch(line -> line.length() <= 80);
        assertThat(all.lines().filter(l -> l.contains("sends")).count()).isGreaterThan(1);
        String last = all.substring(all.lastIndexOf("A\r") + 2);
        assertThat(last.lines().count()).isLessThanOrEqualTo(24);
        assertThat(last).contains("2Yz").endsWith(tally + System.lineSeparator());
    }
}
