package libp2p.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the documents show as Java compiles, and the files that they point to are there. */
final class DocumentTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    /** Written by interop/run, and not there before its first run. */
    private static final String GENERATED = "compatibility.md";

    private static final Pattern JAVA = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");
    private static final Pattern TYPE = Pattern.compile("(?m)^(?:public |final |record |abstract )*(?:class|interface|record) (\\w+)");

    /** What a part of a program may take as given. */
    private static final String BEFORE = """
            import java.io.*;
            import java.net.*;
            import java.nio.file.*;
            import java.security.*;
            import java.time.Duration;
            import java.util.*;
            import java.util.concurrent.*;
            import java.util.concurrent.atomic.*;
            import libp2p.core.*;
            import libp2p.core.identity.*;
            import libp2p.core.identity.PrivateKey;
            import libp2p.core.identity.PublicKey;
            import libp2p.core.identity.Identity;
            import libp2p.core.net.*;
            import libp2p.core.net.Connection;
            import libp2p.core.node.*;
            import libp2p.core.wire.*;
            import libp2p.core.wire.noise.*;
            import libp2p.core.wire.yamux.*;
            import libp2p.core.wire.mplex.*;
            import libp2p.echo.*;
            import libp2p.identify.*;
            import libp2p.jvm.*;
            import libp2p.multiformats.*;
            import libp2p.perf.*;
            import libp2p.ping.*;

            class %s {
                void run(Host host, PeerId peer, Multiaddr address, Ping ping, Identify identify, Path file) throws Exception {
            """;

    @TempDir
    private Path classes;

    private static List<Path> documents() throws IOException {
        List<Path> all = new ArrayList<>();
        try (Stream<Path> top = Files.list(ROOT); Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            Stream.concat(top, docs).filter(p -> p.toString().endsWith(".md")).sorted().forEach(all::add);
        }
        all.add(ROOT.resolve("examples/README.md"));
        return all;
    }

    /** All at once, since a compiler that has just begun is slow. */
    @Test
    void whatIsShownCompiles() throws IOException {
        List<JavaFileObject> sources = new ArrayList<>();
        for (Path document : documents()) {
            String part = "In_" + document.getFileName().toString().replaceAll("\\W", "_") + "_";
            Matcher m = JAVA.matcher(Files.readString(document));
            for (int n = 1; m.find(); n++) sources.add(source(m.group(1), part + n));
        }
        assertThat(sources).hasSizeGreaterThan(10);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        String libraries = System.getProperty("java.class.path");
        List<String> options = List.of("--release", "17", "-proc:none", "-d", classes.toString(), "-classpath", libraries);
        boolean fine = compiler.getTask(said, null, null, options, null, sources).call();
        assertThat(fine).as(said.toString()).isTrue();
    }

    private static JavaFileObject source(String shown, String part) {
        Matcher type = TYPE.matcher(shown);
        boolean whole = type.find();
        String text = whole ? shown : BEFORE.formatted(part) + shown + "}}";
        URI place = URI.create("string:///" + (whole ? type.group(1) : part) + ".java");
        return new SimpleJavaFileObject(place, JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreErrors) {
                return text;
            }
        };
    }

    @Test
    void theFilesThatDocumentsPointToAreThere() throws IOException {
        for (Path document : documents()) {
            Matcher m = LINK.matcher(Files.readString(document));
            while (m.find()) {
                if (m.group(1).endsWith(GENERATED)) continue;
                assertThat(document.resolveSibling(m.group(1))).as("in " + document.getFileName()).exists();
            }
        }
    }
}
