package libp2p.cli.teavm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Buf;
import libp2p.gossipsub.Gossip;
import libp2p.multiformats.Varint;
import libp2p.ping.Ping;
import libp2p.sim.World;
import org.codehaus.mojo.animal_sniffer.Clazz;
import org.codehaus.mojo.animal_sniffer.SignatureChecker;
import org.codehaus.mojo.animal_sniffer.logging.Logger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.teavm.classlib.java.util.TList;

/** The portable modules call nothing that TeaVM's class library lacks, so that they run in a browser (ARCHITECTURE.md, "Rules"). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TeaVmTest {
    /** What the compiler makes calls of and TeaVM replaces as it compiles; then what the modules bring themselves. */
    private static final Set<String> BESIDE = Set.of(
            "java.lang.invoke.LambdaMetafactory", "java.lang.invoke.StringConcatFactory", "java.lang.runtime.ObjectMethods", "libp2p.*",
            "org.bouncycastle.*");

    private final List<String> said = new ArrayList<>();
    private Map<String, Clazz> signature;

    @BeforeAll
    void sign() throws IOException {
        signature = TeaVmSignature.of(home(TList.class), new Keeping());
    }

    @ParameterizedTest
    @ValueSource(classes = {Varint.class, Buf.class, Ping.class, BouncyCastleCrypto.class, World.class, Gossip.class})
    void aPortableModuleCallsOnlyWhatTeaVmHas(Class<?> inModule) throws IOException {
        assertThat(missing(home(inModule))).isEmpty();
    }

    @Test
    void whatTeaVmLacksIsFound() throws IOException {
        Path beyond = home(TeaVmTest.class).resolve(Beyond.class.getName().replace('.', '/') + ".class");
        assertThat(missing(beyond))
                .anyMatch(m -> m.contains("java.util.concurrent.CompletableFuture"))
                .anyMatch(m -> m.contains("ByteArrayOutputStream.writeBytes"));
    }

    /** A class that TeaVM does not have, and a method that it does not have of one that it has. */
    private static final class Beyond {
        @SuppressWarnings("unused")
        Object reach() {
            new ByteArrayOutputStream().writeBytes(new byte[0]);
            return new CompletableFuture<>();
        }
    }

    @Test
    void theSignatureHasWhatEveryProgramNeeds() {
        assertThat(signature).containsKeys("java/lang/Object", "java/util/Map$Entry", "java/util/ArrayDeque");
        assertThat(signature.get("java/lang/Object").getSuperClass()).isNull();
        assertThat(signature.size()).isGreaterThan(500);
    }

    private List<String> missing(Path classes) throws IOException {
        said.clear();
        SignatureChecker checker = new SignatureChecker(signature, BESIDE, new Keeping());
        checker.setCheckJars(true);
        checker.setSourcePath(List.of());
        checker.process(classes.toFile());
        return List.copyOf(said);
    }

    private static Path home(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Keeps what the checker finds. */
    private final class Keeping implements Logger {
        @Override
        public void info(String message) {}

        @Override
        public void info(String message, Throwable cause) {}

        @Override
        public void debug(String message) {}

        @Override
        public void debug(String message, Throwable cause) {}

        @Override
        public void warn(String message) {}

        @Override
        public void warn(String message, Throwable cause) {}

        @Override
        public void error(String message) {
            said.add(message);
        }

        @Override
        public void error(String message, Throwable cause) {
            said.add(message);
        }
    }
}
