package libp2p.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;

/** A P-256 certificate for TLS without libp2p, by the JDK's keytool. */
final class SelfSigned {
    private static final String PASSWORD = "bench-bench";

    private SelfSigned() {}

    static KeyManagerFactory keys() throws Exception {
        Path dir = Files.createTempDirectory("bench");
        Path store = dir.resolve("store.p12");
        try {
            Process p = new ProcessBuilder(List.of(
                            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", "bench",
                            "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=bench", "-storetype", "PKCS12",
                            "-keystore", store.toString(), "-storepass", PASSWORD))
                    .redirectErrorStream(true).start();
            String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (p.waitFor() != 0) throw new IOException("keytool made no certificate: " + said);
            KeyStore k = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
            KeyManagerFactory f = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            f.init(k, PASSWORD.toCharArray());
            return f;
        } finally {
            Files.deleteIfExists(store);
            Files.delete(dir);
        }
    }
}
