package libp2p.cli;

import java.io.IOException;
import java.nio.file.Path;
import libp2p.core.node.Protocol;
import libp2p.identify.Identify;
import libp2p.jvm.Host;
import libp2p.jvm.HostBuilder;
import libp2p.jvm.JvmCrypto;
import libp2p.jvm.KeyFile;
import picocli.CommandLine.Option;

/** How a command makes its own node. */
final class Nodes {
    @Option(names = "--identity", paramLabel = "FILE", description = "A private key file; without it a fresh Ed25519 key.")
    private Path identity;

    /** A builder with identify and these protocols. */
    HostBuilder builder(Identify identify, Protocol... protocols) throws IOException {
        HostBuilder b = Host.builder().protocol(identify).protocol(protocols);
        if (identity != null) b.identity(KeyFile.read(identity, JvmCrypto.create()));
        return b;
    }
}
