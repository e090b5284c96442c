package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import libp2p.core.Buf;
import libp2p.core.Violation;
import libp2p.multiformats.Multihash;
import libp2p.testkit.fuzz.Fuzzing;
import libp2p.testkit.fuzz.Target;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * A short run of each parser of this module; {@code -Dfuzz.rounds=N}, {@code -Dfuzz.seed=S}, {@code -Dfuzz.target=NAME} and {@code
 * -Dfuzz.input=HEX} as for the others, see docs/fuzzing.md.
 */
class NettyFuzzTest {
    private static final long NOW = 1_790_000_000_000L; // in 2026
    private static final String CHOSEN = System.getProperty("fuzz.target", "");
    private static final String INPUT = System.getProperty("fuzz.input", "");

    @TestFactory
    Stream<DynamicTest> eachTarget() {
        List<Target> all = List.of(
                Target.parser("webtransport-header", headers(), Violation.class, NettyFuzzTest::sniffed, (b, session) -> {
                    if (session == WtHeader.MORE) assertThat(b.length).isLessThan(WtHeader.SIZE_MAX);
                    if (session >= 0) assertThat(sniffed(WtHeader.of(session))).isEqualTo(session);
                }),
                Target.parser("webtransport-capsules", capsules(), Violation.class, b -> heard(b, b.length), (b, told) -> {
                    for (int cut = 0; cut < Math.min(b.length, 64); cut++) assertThat(heard(b, cut)).isEqualTo(told);
                }),
                Target.parser("webtransport-certificate", certificates(), Violation.class, NettyFuzzTest::pinned, (b, ok) -> {}),
                Target.parser("quic-integer", integers(), Violation.class, b -> QuicVarint.read(new Buf(b)), (b, v) -> {
                    if (v >= 0) assertThat(QuicVarint.read(QuicVarint.put(new Buf(QuicVarint.SIZE_MAX), v))).isEqualTo(v);
                }));
        return all.stream()
                .filter(t -> CHOSEN.isEmpty() || List.of(CHOSEN.split(",")).contains(t.name()))
                .map(t -> DynamicTest.dynamicTest(t.name(), () -> run(t)));
    }

    private static void run(Target target) {
        if (INPUT.isEmpty()) Fuzzing.run(target, Integer.getInteger("fuzz.rounds", target.rounds()), Long.getLong("fuzz.seed", 1));
        else Fuzzing.once(target, Fuzzing.bytes(INPUT));
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    private static List<byte[]> headers() {
        return List.of(WtHeader.of(0), WtHeader.of(1L << 40), hex("404101"), hex("0105aabbccddee"));
    }

    /** As the sniffer reads: byte by byte, until it is told. */
    private static long sniffed(byte[] b) {
        Buf header = new Buf(WtHeader.SIZE_MAX);
        for (byte each : b) {
            header.putU8(each);
            long session = WtHeader.read(header);
            if (session != WtHeader.MORE) return session;
        }
        return WtHeader.MORE;
    }

    private static List<byte[]> capsules() {
        Buf all = new Buf(256).put(hex("4aaa0101")).put(hex("800078ae00")).put(WtCapsules.close(9, "text")).put(hex("0000"));
        return List.of(all.takeAll(), WtCapsules.close(0xffffffffL, ""));
    }

    private static List<String> heard(byte[] said, int cut) {
        List<String> all = new ArrayList<>();
        WtCapsules.Told told = new WtCapsules.Told() {
            @Override
            public void closed(long code, String text) {
                all.add(code + " " + text);
            }

            @Override
            public void draining() {
                all.add("draining");
            }
        };
        WtCapsules c = new WtCapsules();
        c.read(new Buf(said, 0, cut), told);
        c.read(new Buf(said, cut, said.length), told);
        return all;
    }

    private static List<byte[]> certificates() {
        Certificates of = new Certificates();
        return List.of(of.make());
    }

    /** Under the hash that it has, so that it is looked into. */
    private static boolean pinned(byte[] der) {
        Multihash hash = Multihash.of(Multihash.SHA2_256, Certificates.CRYPTO.sha256(der));
        PinnedCertificate.check(der, List.of(hash), Certificates.CRYPTO, NOW);
        return true;
    }

    private static List<byte[]> integers() {
        return Arrays.asList(hex("25"), hex("7bbd"), hex("9d7f3e7d"), hex("c2197c5eff14e88c"));
    }
}
