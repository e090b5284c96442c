package libp2p.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import libp2p.sim.Scenario;
import picocli.CommandLine;

/** Runs a scenario of one's own, with the options of {@code libp2p sim}. */
public final class Simulate {
    private Simulate() {}

    /** Runs it and exits, with 0 done, 1 failed, 2 wrong usage. */
    public static void main(Scenario scenario, String... args) {
        System.exit(run(scenario, new PrintWriter(System.out, true, UTF_8), new PrintWriter(System.err, true, UTF_8), args));
    }

    static int run(Scenario scenario, PrintWriter out, PrintWriter err, String... args) {
        return Main.execute(new CommandLine(new SimCommand(scenario)).setCommandName(scenario.name()), out, err, args);
    }
}
