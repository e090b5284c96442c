package libp2p.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import libp2p.jvm.Host;
import libp2p.multiformats.Multiaddr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the page is made by a script of bash")
class DemoServerTest {
    @TempDir
    Path folder;

    private final HttpClient browser = HttpClient.newHttpClient();

    private DemoPage page(String script) throws IOException {
        Path setup = Files.writeString(folder.resolve("setup"), "#!/usr/bin/env bash\ncd \"$(dirname \"$0\")\"\n" + script + "\n");
        Files.setPosixFilePermissions(setup, PosixFilePermissions.fromString("rwx------"));
        return new DemoPage(folder);
    }

    private HttpResponse<String> ask(DemoServer server, String path) throws IOException, InterruptedException {
        return browser.send(HttpRequest.newBuilder(URI.create(server.url()).resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void thePageIsServedOnceItIsMade() throws Exception {
        try (DemoPage page = page("echo a page > target/demo.html; echo a script > target/demo.js");
                DemoServer server = new DemoServer(List.of(), page)) {
            assertThat(server.isLookedAt()).isFalse();
            page.made().join();
            assertThat(ask(server, "/").body()).isEqualTo("a page\n");
            assertThat(ask(server, "/demo.js").body()).isEqualTo("a script\n");
            assertThat(ask(server, "/demo.js").headers().firstValue("content-type").orElseThrow()).startsWith("text/javascript");
            assertThat(ask(server, "/../setup").statusCode()).isEqualTo(404);
            assertThat(server.isLookedAt()).isTrue();
        }
    }

    @Test
    void untilThenItSaysThatItIsBeingMade() throws Exception {
        try (DemoPage page = page("read -r forever < <(sleep 600)"); DemoServer server = new DemoServer(List.of(), page)) {
            assertThat(ask(server, "/").body()).contains("npm is making the page");
            assertThat(ask(server, "/demo.js").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void withoutNpmItSaysSo() throws Exception {
        try (DemoPage page = page("echo 'page: npm was not found' >&2; exit 3"); DemoServer server = new DemoServer(List.of(), page)) {
            page.made().join();
            HttpResponse<String> answer = ask(server, "/");
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).isEqualTo("There is no page: page: npm was not found");
        }
    }

    @Test
    void whatWentWrongIsTold() throws Exception {
        try (DemoPage page = page("echo no room left; exit 1"); DemoServer server = new DemoServer(List.of(), page)) {
            page.made().join();
            assertThat(ask(server, "/").body()).contains("no room left").contains("setup.log");
        }
    }

    @Test
    void aBrowserIsToldOfTheNodesAndWhereToDialThem() throws Exception {
        try (Host a = Host.builder().listen(DemoCommand.LISTEN).start(); Host b = Host.builder().listen(DemoCommand.LISTEN).start();
                DemoPage page = page("exit 3"); DemoServer server = new DemoServer(List.of(a, b), page)) {
            b.connect(a.addresses().get(0));
            JsonObject state = Ran.object(ask(server, "/state").body());
            JsonArray nodes = state.getArray("nodes");
            assertThat(nodes.getObject(0).getString("id")).isEqualTo(a.id().toString());
            assertThat(nodes.getObject(1).getArray("peers")).containsExactly(a.id().toString());
            for (Object o : state.getArray("dials")) {
                JsonObject dial = (JsonObject) o;
                Host to = dial.getInt("to") == 0 ? a : b;
                assertThat(to.addresses()).contains(Multiaddr.of(dial.getString("address")));
            }
            assertThat(state.getArray("dials")).extracting(d -> ((JsonObject) d).getString("transport"))
                    .containsExactly("WebTransport", "WebRTC-direct", "WebSocket");
        }
    }
}
