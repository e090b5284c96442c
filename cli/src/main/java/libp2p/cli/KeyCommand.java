package libp2p.cli;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import libp2p.core.Rng;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PrivateKey;
import libp2p.jvm.JvmCrypto;
import libp2p.jvm.KeyFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes private key files and tells whose they are. */
@Command(name = "key", description = "Make private key files, and tell whose they are.", mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class KeyCommand {
    @Command(name = "new", description = "Make a key file, which must not exist yet.", mixinStandardHelpOptions = true)
    int make(
            @Parameters(paramLabel = "FILE", description = "Where to write it, readable by the owner only.") Path file,
            @Option(names = "--type", paramLabel = "TYPE", defaultValue = "ED25519",
                    description = "${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).") KeyType type,
            @Option(names = "--bits", paramLabel = "N", defaultValue = "2048",
                    description = "Of an RSA key (default ${DEFAULT-VALUE}).") int bits,
            @Option(names = "--form", paramLabel = "FORM", defaultValue = "PROTOBUF",
                    description = "${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).") KeyFile.Form form,
            @Mixin Output output)
            throws Exception {
        SecureRandom secure = new SecureRandom();
        PrivateKey key = new PrivateKey(type, JvmCrypto.create().generate(type, bits, Rng.of(secure::nextBytes)));
        KeyFile.write(file, key, form);
        tell(key, output);
        return 0;
    }

    @Command(name = "show", description = "Tell the type and the peer id of a key file.", mixinStandardHelpOptions = true)
    int show(@Parameters(paramLabel = "FILE", description = "The key file.") Path file, @Mixin Output output) throws Exception {
        tell(KeyFile.read(file, JvmCrypto.create()), output);
        return 0;
    }

    @Command(name = "convert", description = "Copy a key to a file of another form, which must not exist yet.",
            mixinStandardHelpOptions = true)
    int convert(
            @Parameters(index = "0", paramLabel = "FROM", description = "The key file: libp2p's form, or PEM.") Path from,
            @Parameters(index = "1", paramLabel = "TO", description = "Where to write it.") Path to,
            @Option(names = "--form", paramLabel = "FORM", required = true, description = "${COMPLETION-CANDIDATES}.") KeyFile.Form form,
            @Mixin Output output)
            throws Exception {
        PrivateKey key = KeyFile.read(from, JvmCrypto.create());
        KeyFile.write(to, key, form);
        tell(key, output);
        return 0;
    }

    private static void tell(PrivateKey key, Output output) {
        JvmCrypto crypto = JvmCrypto.create();
        PeerId id = PeerId.of(key.publicKey(crypto), crypto);
        Map<String, Object> o = new LinkedHashMap<>();
        o.put("type", key.type().name().toLowerCase(Locale.ROOT));
        o.put("peerId", id.toString());
        o.put("cid", id.toCid());
        output.say(o, id + " (" + o.get("type") + ")");
    }
}
