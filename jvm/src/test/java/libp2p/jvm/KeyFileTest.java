package libp2p.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.KeyForms;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.PrivateKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFileTest {
    private static final Crypto CRYPTO = JvmCrypto.create(false);

    @TempDir
    Path directory;

    private final List<String> warnings = new ArrayList<>();

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = KeyFileTest.class.getResourceAsStream("keys/" + name)) {
            return in.readAllBytes();
        }
    }

    private PrivateKey read(Path file) throws IOException {
        return KeyFile.read(file, CRYPTO, warnings::add);
    }

    private Path file(byte[] content) throws IOException {
        return Files.write(directory.resolve("key"), content);
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void aKeyIsReadBackInEitherForm(KeyType type) throws IOException {
        PrivateKey key = PrivateKey.generate(type, CRYPTO, Rng.seeded(1));
        for (KeyFile.Form form : KeyFile.Form.values()) {
            Path file = directory.resolve(form.name());
            KeyFile.write(file, key, form);
            assertThat(read(file).encode()).isEqualTo(key.encode());
        }
        assertThat(warnings).isEmpty();
    }

    /** The files and the public keys are openssl's. */
    @ParameterizedTest
    @CsvSource({
        "ed25519-pkcs8, ed25519",
        "p256-pkcs8, p256",
        "p256-sec1, p256",
        "secp256k1-pkcs8, secp256k1",
        "secp256k1-sec1, secp256k1",
        "rsa-pkcs8, rsa",
        "rsa-pkcs1, rsa"
    })
    void thePemOfOpensslIsRead(String name, String key) throws IOException {
        PrivateKey read = read(file(resource(name + ".pem")));
        assertThat(read.publicKey(CRYPTO)).isEqualTo(KeyForms.spki(resource(key + ".spki")));
        assertThat(PrivateKey.decode(read.encode()).publicKey(CRYPTO)).isEqualTo(read.publicKey(CRYPTO));
    }

    @Test
    void anEd25519KeyIsWrittenAsOpensslWritesIt() throws IOException {
        byte[] pem = resource("ed25519-pkcs8.pem");
        assertThat(KeyFile.format(KeyFile.parse(pem, CRYPTO), KeyFile.Form.PEM)).isEqualTo(pem);
    }

    @ParameterizedTest
    @CsvSource({"encrypted, encrypted", "encrypted-pkcs1, encrypted", "p384-sec1, curve"})
    void aPemFileThatCannotBeUsedSaysWhy(String name, String why) {
        assertThatThrownBy(() -> read(file(resource(name + ".pem")))).isInstanceOf(IOException.class).hasMessageContaining(why);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "hello", "-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\nMC4C\n", "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n",
        "-----BEGIN CERTIFICATE-----\nMC4C\n-----END CERTIFICATE-----\n",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nMC4C\n-----END OPENSSH PRIVATE KEY-----\n"
    })
    void whatIsNoKeyIsRefusedInWords(String content) {
        assertThatThrownBy(() -> read(file(content.getBytes(StandardCharsets.US_ASCII))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("holds no key");
    }

    @Test
    void aKeyFileCutAnywhereIsRefused() throws IOException {
        byte[] pem = resource("p256-sec1.pem");
        for (int i = 0; i < pem.length - 1; i++) {
            byte[] part = Arrays.copyOf(pem, i);
            assertThatThrownBy(() -> KeyFile.parse(part, CRYPTO)).isInstanceOf(Violation.class);
        }
    }

    @Test
    void anEndlessFileIsRefused() throws IOException {
        Path file = file(new byte[KeyFile.BYTES_MAX + 1]);
        assertThatThrownBy(() -> read(file)).isInstanceOf(IOException.class).hasMessageContaining("longer than");
    }

    @Test
    void aFileThatIsNotThereSaysSo() {
        assertThatThrownBy(() -> read(directory.resolve("none")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("there is no key file");
    }

    @Test
    void aKeyIsNeverOverwritten() throws IOException {
        Path file = directory.resolve("key");
        PrivateKey first = PrivateKey.generate(KeyType.ED25519, CRYPTO, Rng.seeded(1));
        KeyFile.write(file, first, KeyFile.Form.PROTOBUF);
        PrivateKey second = PrivateKey.generate(KeyType.ED25519, CRYPTO, Rng.seeded(2));
        assertThatThrownBy(() -> KeyFile.write(file, second, KeyFile.Form.PROTOBUF)).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(read(file).encode()).isEqualTo(first.encode());
    }

    @Test
    void aWrittenFileIsItsOwnersAlone() throws IOException {
        assumeTrue(directory.getFileSystem().supportedFileAttributeViews().contains("posix"));
        Path file = directory.resolve("key");
        KeyFile.write(file, PrivateKey.generate(KeyType.ED25519, CRYPTO, Rng.seeded(1)), KeyFile.Form.PROTOBUF);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
    }

    @Test
    void aFileThatOthersMayReadIsReadWithAWarning() throws IOException {
        assumeTrue(directory.getFileSystem().supportedFileAttributeViews().contains("posix"));
        Path file = directory.resolve("key");
        KeyFile.write(file, PrivateKey.generate(KeyType.ED25519, CRYPTO, Rng.seeded(1)), KeyFile.Form.PROTOBUF);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(read(file).type()).isEqualTo(KeyType.ED25519);
        assertThat(warnings).singleElement().asString().contains("can be read by others");
    }

    @Test
    void aKeyWhoseHalvesDoNotBelongTogetherIsRefused() throws IOException {
        byte[] encoded = PrivateKey.generate(KeyType.ED25519, CRYPTO, Rng.seeded(1)).encode();
        encoded[encoded.length - 1] ^= 1;
        assertThatThrownBy(() -> read(file(encoded))).isInstanceOf(IOException.class);
    }
}
