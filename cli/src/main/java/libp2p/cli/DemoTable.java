package libp2p.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import libp2p.core.identity.PeerId;
import libp2p.multiformats.Multiaddr;

/** The demo as a table that is drawn again as things happen, over itself; at most 80 columns wide. */
final class DemoTable implements DemoView {
    /** Up to this many nodes each pair has a cell; beyond, a row sums up a node's pairs. */
    private static final int MATRIX_MAX = 8;

    /** The most rows, so that the table fits a small terminal, which cannot go back to what has left the screen. */
    private static final int ROWS_MAX = 16;

    private static final int ID_SHOWN = 8;
    private static final long DRAW_NANOS = 100_000_000L;
    private static final String UP = "\u001b[%dA\r";
    private static final String CLEAR_LINE = "\u001b[K";
    private static final String CLEAR_BELOW = "\u001b[J";

    /** What is known of one node. */
    private static final class Row {
        String id = "";
        int connections;
        int pings;
        long last; // round trip, in nanoseconds
        long bytes;
        long sendNanos;
    }

    private final PrintWriter out;
    private final int count;
    private final long nanos;
    private final Row[] rows;
    private final boolean[][] connected;
    private final long[][] roundTrips; // 0 before the first
    private String last = "";
    private String url = "";
    private int started;
    private long since; // the first measurement may begin
    private long drawnAt;
    private int drawn;

    DemoTable(PrintWriter out, int count, long nanos) {
        this.out = out;
        this.count = count;
        this.nanos = nanos;
        this.rows = new Row[count];
        for (int i = 0; i < count; i++) rows[i] = new Row();
        this.connected = new boolean[count][count];
        this.roundTrips = new long[count][count];
    }

    @Override
    public void started(int node, PeerId id, Multiaddr met, List<Multiaddr> addresses) {
        String text = id.toString();
        rows[node].id = text.substring(text.length() - ID_SHOWN);
        started++;
        last = "node " + node + " is " + text;
        draw(started == count);
    }

    @Override
    public void page(String at) {
        url = at;
        draw(true);
    }

    @Override
    public void connected(int from, int to) {
        connected[from][to] = true;
        connected[to][from] = true;
        rows[from].connections++;
        rows[to].connections++;
        last = "node " + from + " is connected to node " + to;
        since = System.nanoTime();
        draw(false);
    }

    @Override
    public void spread(int from, int sentTo, int heardBy, long tookNanos) {
        last = "node " + from + " published, heard by " + heardBy + " nodes in " + Output.millis(tookNanos);
        draw(true);
    }

    @Override
    public void measured(int from, int to, long roundTripNanos, long bytes, long sendNanos) {
        Row r = rows[from];
        r.pings++;
        r.last = roundTripNanos;
        r.bytes += bytes;
        r.sendNanos += sendNanos;
        roundTrips[from][to] = roundTripNanos;
        last = "node " + from + " to node " + to + ": ping " + Output.millis(roundTripNanos) + ", " + Output.rate(bytes, sendNanos);
        draw(false);
    }

    @Override
    public void summary(DemoTally tally) {
        last = "";
        draw(true);
        out.println(tally);
        out.flush();
    }

    private void draw(boolean now) {
        long time = System.nanoTime();
        if (!now && drawn > 0 && time - drawnAt < DRAW_NANOS) return;
        drawnAt = time;
        List<String> lines = lines(time);
        StringBuilder s = new StringBuilder();
        if (drawn > 0) s.append(String.format(Locale.ROOT, UP, drawn));
        for (String line : lines) s.append(line).append(CLEAR_LINE).append('\n');
        out.print(s.append(CLEAR_BELOW));
        out.flush();
        drawn = lines.size();
    }

    /** The whole table as it is now. */
    private List<String> lines(long time) {
        List<String> lines = new ArrayList<>();
        long left = since == 0 ? nanos : Math.max(0, nanos - (time - since));
        lines.add(count + " nodes on loopback, " + (left + 999_999_999L) / 1_000_000_000L + " s left");
        if (!url.isEmpty()) lines.add("a browser joins at " + url + ", for as long as the page is open");
        lines.add("");
        boolean matrix = count <= MATRIX_MAX;
        StringBuilder head = new StringBuilder("node  peer     ");
        if (matrix) for (int to = 0; to < count; to++) head.append(String.format(Locale.ROOT, "%6s", "to " + to));
        else head.append("  connected to   pings   last ping");
        lines.add(head.append("        sends").toString());
        int shown = Math.min(count, ROWS_MAX);
        for (int i = 0; i < shown; i++) lines.add(line(i, matrix));
        if (shown < count) lines.add("      and " + (count - shown) + " more");
        lines.add("");
        if (matrix) lines.add("ms of the last ping; + connected, not pinged yet");
        if (!last.isEmpty()) lines.add(last);
        return lines;
    }

    private String line(int i, boolean matrix) {
        Row r = rows[i];
        StringBuilder s = new StringBuilder(String.format(Locale.ROOT, "%4d  %-9s", i, r.id));
        if (matrix) for (int to = 0; to < count; to++) s.append(String.format(Locale.ROOT, "%6s", cell(i, to)));
        else s.append(String.format(Locale.ROOT, "%8d nodes%8d%12s", r.connections, r.pings, r.pings == 0 ? "" : Output.millis(r.last)));
        return s.append(String.format(Locale.ROOT, "%13s", r.bytes == 0 ? "" : Output.rate(r.bytes, r.sendNanos))).toString();
    }

    private String cell(int from, int to) {
        if (from == to) return "-";
        long nanosThere = roundTrips[from][to];
        if (nanosThere == 0) return connected[from][to] ? "+" : "";
        double millis = nanosThere / 1e6;
        return String.format(Locale.ROOT, millis < 10 ? "%.2f" : millis < 100 ? "%.1f" : "%.0f", millis);
    }
}
