package libp2p.cli;

import java.io.PrintWriter;

/** A progress bar on the last line of a terminal. */
final class Bar {
    private static final int WIDTH = 40;

    private final PrintWriter terminal;
    private int drawn = -1;

    Bar(PrintWriter terminal) {
        this.terminal = terminal;
    }

    /** So much is done of all; {@code said} stands behind it. */
    void draw(long done, long all, String said) {
        double part = all <= 0 ? 1 : Math.min(1, (double) done / all);
        int percent = (int) (100 * part);
        if (percent == drawn) return;
        drawn = percent;
        int full = (int) (part * WIDTH);
        terminal.print("\r[" + "#".repeat(full) + ".".repeat(WIDTH - full) + "] " + percent + " % of " + said);
        terminal.flush();
    }

    /** Makes room for what comes in its place. */
    void clear() {
        if (drawn < 0) return;
        drawn = -1;
        terminal.print("\r\u001b[K");
        terminal.flush();
    }
}
