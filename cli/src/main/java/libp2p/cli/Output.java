package libp2p.cli;

import com.grack.nanojson.JsonWriter;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where a command says what it found: lines for people, or with {@code --json} one JSON object on each line. */
final class Output {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--json", description = "Print one JSON object a line.")
    private boolean json;

    boolean json() {
        return json;
    }

    /** Whether someone looks at a terminal, where lines may be drawn over and coloured; never with {@code --json}. */
    boolean terminal() {
        return !json && Ansi.AUTO.enabled() && !"dumb".equals(System.getenv("TERM"));
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** Says it both ways: an object, or a line. */
    void say(Map<String, Object> object, String line) {
        PrintWriter out = out();
        out.println(json ? JsonWriter.string(object) : line);
        out.flush();
    }

    static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.3f ms", nanos / 1e6);
    }

    static String rate(long bytes, long nanos) {
        double perSecond = nanos == 0 ? 0 : bytes * 1e9 / nanos;
        return String.format(Locale.ROOT, "%.1f MB/s", perSecond / 1e6);
    }
}
