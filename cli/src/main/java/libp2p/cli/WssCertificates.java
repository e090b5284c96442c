package libp2p.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import libp2p.jvm.HostBuilder;
import libp2p.multiformats.Nullable;
import libp2p.netty.NettyOptions;
import libp2p.netty.NettyTransport;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Where a node has the certificate from that it shows to who comes by WebSocket over TLS. The password is never an argument: others can
 * read those.
 */
final class WssCertificates {
    /** The environment variable that has the password where no file does. */
    static final String VARIABLE = "LIBP2P_KEY_STORE_PASSWORD";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--key-store", paramLabel = "FILE",
            description = "A PKCS#12 or JKS key store with the certificate for /tls/ws. Its password is in --key-store-password or, without"
                    + " that, in the environment variable " + VARIABLE + ".")
    private @Nullable Path file;

    @Option(names = "--key-store-password", paramLabel = "FILE", description = "A file whose first line is the key store's password.")
    private @Nullable Path passwordFile;

    /** Whether there are any. */
    boolean given() {
        return file != null;
    }

    /** Has the node show them, which runs on Netty's loops then. */
    void show(HostBuilder builder) throws IOException {
        Path store = file;
        if (store == null) {
            if (passwordFile != null) throw new ParameterException(spec.commandLine(), "--key-store-password without --key-store");
            return;
        }
        char[] password = password();
        NettyOptions options;
        try {
            options = NettyOptions.DEFAULT.keyStore(store, password);
        } catch (NoSuchFileException e) {
            throw new IOException("the key store " + store + " does not exist", e);
        } catch (IOException e) {
            throw new IOException("the key store " + store + " cannot be opened: " + e.getMessage(), e);
        }
        builder.transport(new NettyTransport(options));
    }

    private char[] password() throws IOException {
        if (passwordFile != null) {
            try {
                return Files.readString(passwordFile).lines().findFirst().orElse("").toCharArray();
            } catch (NoSuchFileException e) {
                throw new IOException("the password file " + passwordFile + " does not exist", e);
            }
        }
        String said = System.getenv(VARIABLE);
        if (said == null) {
            throw new ParameterException(spec.commandLine(), "a key store needs --key-store-password, or the variable " + VARIABLE);
        }
        return said.toCharArray();
    }
}
