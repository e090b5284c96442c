package libp2p.cli;

import libp2p.multiformats.FormatException;
import libp2p.multiformats.Multiaddr;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Addresses on the command line. */
final class Addresses {
    private Addresses() {}

    /** The address, or a usage error that says what is wrong with it. */
    static Multiaddr parse(CommandSpec spec, String text) {
        try {
            return Multiaddr.of(text);
        } catch (FormatException e) {
            throw new ParameterException(spec.commandLine(), "not a multiaddr: " + text + " (" + e.getMessage() + ")", e);
        }
    }
}
