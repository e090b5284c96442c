package libp2p.fuzz;

import libp2p.testkit.fuzz.Fuzzing;
import libp2p.testkit.fuzz.Target;

/** What Jazzer calls, in a process for one target that {@code -Dfuzz.target} names. */
public final class Guided {
    private static final Target TARGET = Targets.named(System.getProperty("fuzz.target", ""));

    private Guided() {}

    /** One input; whatever is thrown is a finding. */
    public static void fuzzerTestOneInput(byte[] input) {
        Fuzzing.once(TARGET, input);
    }
}
