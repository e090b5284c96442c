package libp2p.netty;

import libp2p.testkit.fuzz.Target;

/** What Jazzer calls, in a process for one target that {@code -Dfuzz.target} names. */
public final class NettyGuided {
    private static Target target;

    private NettyGuided() {}

    /** Before the first input, whose time is bounded: making seeds takes a while. */
    public static void fuzzerInitialize() {
        target = NettyTargets.chosen().findFirst().orElseThrow();
    }

    /** One input; whatever is thrown is a finding. What it allocates is not counted: here most of that is Jazzer's. */
    public static void fuzzerTestOneInput(byte[] input) {
        target.check().accept(input);
    }
}
