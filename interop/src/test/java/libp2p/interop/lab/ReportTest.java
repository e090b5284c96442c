package libp2p.interop.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportTest {
    private static final RawDrivers DRIVERS = new RawDrivers(List.of(
            new RawDrivers.Check("yamux", "frames are whole", true, ""),
            new RawDrivers.Check("noise", "no early data", true, "")), "");

    @TempDir
    private Path folder;

    private static Row row(String listener, Row.Status status, String reason) {
        return new Row("java", listener, "echo", "tcp, noise, yamux", status, 5, reason);
    }

    private KnownErrors known(String json) throws IOException {
        return KnownErrors.read(Files.writeString(folder.resolve("known.json"), json));
    }

    private Report report(KnownErrors known, Row... rows) {
        return new Report("interop/run", List.of(rows), List.of(new Peer("java", List.of(), new JsonObject(), ""), new Peer("js", List.of(),
                new JsonObject(), "")), known, DRIVERS, 10);
    }

    @Test
    void aFailureThatIsKnownSaysBothReasonsAndFailsNothing() throws IOException {
        KnownErrors known = known("[{\"rows\": \"java x js .* echo\", \"reason\": \"js is slow\"}]");
        Row judged = known.judge(row("js", Row.Status.FAIL, "late"));
        assertThat(judged.status()).isEqualTo(Row.Status.KNOWN);
        assertThat(judged.reason()).isEqualTo("js is slow (late)");
        assertThat(report(known, judged).failed(true)).isFalse();
    }

    @Test
    void aKnownErrorThatPassesIsTold() throws IOException {
        KnownErrors known = known("[{\"rows\": \"java x js .* echo\", \"reason\": \"js is slow\"}]");
        Row passed = known.judge(row("js", Row.Status.PASS, ""));
        assertThat(passed.status()).isEqualTo(Row.Status.PASS);
        assertThat(report(known, passed).mended()).containsExactly(passed);
    }

    @Test
    void aPatternIsOfTheWholeName() throws IOException {
        KnownErrors known = known("[{\"rows\": \"java x js\", \"reason\": \"js is slow\"}]");
        assertThat(known.judge(row("js", Row.Status.FAIL, "late")).status()).isEqualTo(Row.Status.FAIL);
    }

    @Test
    void aKnownErrorWithoutAReasonIsRefused() {
        assertThatThrownBy(() ->
                known("[{\"rows\": \".*\", \"reason\": \" \"}]")).isInstanceOf(IOException.class).hasMessageContaining("no reason");
    }

    @Test
    void aSkipFailsOnlyWhenStrict() throws IOException {
        Report r = report(known("[]"), row("js", Row.Status.SKIP, "js has no echo"));
        assertThat(r.failed(false)).isFalse();
        assertThat(r.failed(true)).isTrue();
    }

    @Test
    void theResultsAreOneArrayWithAnObjectForEachRow() throws Exception {
        Path file = folder.resolve("results.json");
        report(known("[]"), row("js", Row.Status.PASS, ""), row("js", Row.Status.FAIL, "\"odd\" <reason>")).writeJson(file);
        JsonArray all = JsonParser.array().from(Files.readString(file));
        assertThat(all).hasSize(2);
        assertThat(all.getObject(1)).containsEntry("dialer", "java").containsEntry("listener", "js").containsEntry("feature", "echo")
                .containsEntry("combination", "tcp, noise, yamux").containsEntry("status", "fail").containsEntry("reason",
                        "\"odd\" <reason>");
        assertThat(all.getObject(1).getLong("millis")).isEqualTo(5);
    }

    @Test
    void rowsOfAnEarlierRunStayUnlessTheyWereRunAgain() throws IOException {
        Path file = folder.resolve("results.json");
        report(known("[]"), row("js", Row.Status.FAIL, "late"), row("go", Row.Status.PASS, "")).writeJson(file);
        Row again = row("js", Row.Status.PASS, "");
        assertThat(Report.merged(file, List.of(again))).containsExactly(row("go", Row.Status.PASS, ""), again);
    }

    @Test
    void junitCountsFailuresAndSkips() throws IOException {
        Path file = folder.resolve("junit.xml");
        report(known("[]"), row("js", Row.Status.PASS, ""), row("js", Row.Status.FAIL, "<no>"), row("js", Row.Status.SKIP,
                "lacks it")).writeJunit(file);
        assertThat(Files.readString(file)).contains("tests=\"3\" failures=\"1\" skipped=\"1\"").contains("<failure message=\"&lt;no&gt;\"");
    }

    @Test
    void thePageShowsWhatPassedAndWhatDidNotInEachDirection() throws IOException {
        String page = new CompatibilityPage(report(known("[]"), row("js", Row.Status.PASS, ""), row("js", Row.Status.FAIL,
                "broken"))).text();
        assertThat(page).contains("| tcp, noise, yamux | ❌ 1 of 2 | – |").contains("- `java x js (tcp, noise, yamux) echo`: broken");
    }

    @Test
    void aRawDriverThatFailsIsAFailureAndNamedOnThePage() throws IOException {
        RawDrivers drivers = new RawDrivers(List.of(
                new RawDrivers.Check("yamux", "frames are whole", true, ""),
                new RawDrivers.Check("yamux", "windows hold", false, "Late: nothing came")), "");
        Report r = new Report("interop/run", List.of(), List.of(), known("[]"), drivers, 10);
        assertThat(r.failed(false)).isTrue();
        assertThat(new CompatibilityPage(r).text()).contains("- yamux: ❌ 1 of 2", "- `yamux: windows hold`: Late: nothing came");
    }

    @Test
    void rawDriversThatCouldNotRunFailOnlyWhenStrict() throws IOException {
        Report r = new Report("interop/run", List.of(), List.of(), known("[]"), new RawDrivers(List.of(), "Python was not found"), 10);
        assertThat(r.failed(false)).isFalse();
        assertThat(r.failed(true)).isTrue();
        assertThat(new CompatibilityPage(r).text()).contains("Not all were run: Python was not found");
    }

    @Test
    void theBytesOfASeedAreThoseOfTheContract() throws Exception {
        // openssl enc -aes-256-ctr of 65536 zeros under SHA-256("7")
        assertThat(Features.hash(65536)).isEqualTo("c5ce41dbfe237175af7aada83495356dd3ea7d2550d7c7a5dbca9ffeab4ff37f");
    }
}
