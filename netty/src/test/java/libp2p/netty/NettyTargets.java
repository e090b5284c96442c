package libp2p.netty;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;
import libp2p.core.Violation;
import libp2p.testkit.fuzz.Target;

/** All of this module that takes bytes from strangers. */
final class NettyTargets {
    private NettyTargets() {}

    static List<Target> all() {
        List<Target> all = new ArrayList<>(WebTargets.all());
        all.addAll(TlsTargets.all());
        all.addAll(UdpTargets.all());
        return all;
    }

    /** Those that {@code -Dfuzz.target} names, with commas between them; all if it is not given. */
    static Stream<Target> chosen() {
        List<String> names = List.of(System.getProperty("fuzz.target", "").split(","));
        return all().stream().filter(t -> names.contains("") || names.contains(t.name()));
    }

    /** A parser that refuses with a {@link Violation}. */
    static <T> Target wire(String name, List<byte[]> seeds, Function<byte[], T> parse, BiConsumer<byte[], T> holds) {
        return Target.parser(name, seeds, Violation.class, parse, holds);
    }

    static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    static List<byte[]> texts(String... all) {
        List<byte[]> seeds = new ArrayList<>();
        for (String t : all) seeds.add(t.getBytes(StandardCharsets.UTF_8));
        return seeds;
    }

    static String text(byte[] b) {
        return new String(b, StandardCharsets.UTF_8);
    }
}
