package libp2p.sim;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hash of a world is a number that stands here: these tests run on several JDKs, and start JVMs that differ in all else. */
class SameEverywhereTest {
    private static final String HASH = "5009048d92211893";

    @Test
    void thisJvmTellsTheStory() {
        assertThat(HashRun.hash()).isEqualTo(HASH);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "-XX:+UnlockExperimentalVMOptions -XX:hashCode=2 -XX:+UseSerialGC -Duser.timezone=Asia/Kathmandu",
        "-XX:+UnlockExperimentalVMOptions -XX:hashCode=1 -XX:+UseParallelGC -Duser.language=tr -Duser.country=TR",
        "-Dfile.encoding=UTF-16 -Dsun.jnu.encoding=ISO-8859-1 -XX:-UseCompressedOops -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "-Xint -XX:+UseSerialGC",
    })
    void anotherJvmTellsTheSame(String options) throws Exception {
        assertThat(hash(options.split(" "))).isEqualTo(HASH);
    }

    private static String hash(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), HashRun.class.getName()));
        Process child = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String said = new String(child.getInputStream().readAllBytes(), US_ASCII);
        assertThat(child.waitFor()).isZero();
        return said.strip();
    }
}
