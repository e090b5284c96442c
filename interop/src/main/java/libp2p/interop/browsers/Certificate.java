package libp2p.interop.browsers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * What our node shows for {@code /wss}: made for one run, for 127.0.0.1, and vouched for by nobody, so that a browser has to be told of it.
 *
 * @param file the PKCS#12 key store
 * @param keyHash of its public key, as Chromium is told
 * @param hash of all of it, as Firefox is told
 */
record Certificate(Path file, String keyHash, String hash) {
    private static final String PASSWORD = "libp2p";

    /** Made by the JDK's own tool. */
    static Certificate make(Path folder) throws IOException, InterruptedException {
        Path file = folder.resolve("wss.p12");
        Path log = folder.resolve("keytool.log");
        List<String> line = List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-keystore",
                file.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD, "-alias", "wss", "-keyalg", "EC", "-groupname",
                "secp256r1", "-dname", "CN=127.0.0.1", "-ext", "san=ip:127.0.0.1", "-startdate", "-1d", "-validity", "90");
        Process p = new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        if (p.waitFor() != 0) throw new IOException("keytool made no certificate: " + Files.readString(log));
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD.toCharArray());
            java.security.cert.Certificate made = store.getCertificate("wss");
            byte[] key = sha256(made.getPublicKey().getEncoded());
            String whole = HexFormat.ofDelimiter(":").formatHex(sha256(made.getEncoded())).toUpperCase(Locale.ROOT);
            return new Certificate(file, Base64.getEncoder().encodeToString(key), whole);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static byte[] sha256(byte[] bytes) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }
}
