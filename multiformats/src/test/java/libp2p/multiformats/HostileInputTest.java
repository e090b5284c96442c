package libp2p.multiformats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Random and damaged input with fixed seeds: a parser returns a value that comes back the same, or throws FormatException. */
class HostileInputTest {
    private static final int ROUNDS = 30_000;

    private int accepted;

    private <T> void parse(T input, Consumer<T> check) {
        try {
            check.accept(input);
            accepted++;
        } catch (FormatException expected) {
            assertThat(expected.getStackTrace()).isEmpty();
        } catch (RuntimeException e) {
            fail("input " + (input instanceof byte[] b ? Vectors.hex(b) : input), e);
        }
    }

    /** What a parser let pass throws no more. */
    private static void roundTrip(Multiaddr address) {
        try {
            assertThat(Multiaddr.of(address.toString())).isEqualTo(address);
            assertThat(Multiaddr.of(address.bytes())).isEqualTo(address);
            address.host();
            address.port();
            address.peer();
            address.unmapped();
            address.withoutPeer();
        } catch (FormatException e) {
            throw new IllegalStateException("accepted, but " + address, e);
        }
    }

    private static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (String line : MultiaddrTextTest.accepted()) {
            seeds.add(Vectors.bytes(line.substring(line.lastIndexOf('|') + 1)));
        }
        return seeds;
    }

    private static byte[] damaged(byte[] seed, Random random) {
        byte[] bytes = Arrays.copyOf(seed, Math.max(0, seed.length + (random.nextInt(4) == 0 ? random.nextInt(5) - 2 : 0)));
        for (int i = random.nextInt(3); i >= 0 && bytes.length > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) (random.nextBoolean() ? random.nextInt() : random.nextInt(4));
        }
        return bytes;
    }

    @Test
    void randomBytesAreReadOrRefused() {
        Random random = new Random(1);
        for (int i = 0; i < ROUNDS; i++) {
            byte[] bytes = new byte[random.nextInt(24)];
            random.nextBytes(bytes);
            parse(bytes, b -> roundTrip(Multiaddr.of(b)));
            parse(bytes, b -> assertThat(Multihash.parse(b).bytes()).isEqualTo(b));
            parse(bytes, b -> assertThat(Cid.parse(b).bytes()).isEqualTo(b));
            parse(bytes, b -> assertThat(Varint.encode(Varint.read(b, 0, b.length))).hasSize(Varint.length(b, 0, b.length)));
        }
        assertThat(accepted).isPositive();
    }

    @Test
    void damagedAddressesInBytesAreReadOrRefused() {
        Random random = new Random(2);
        List<byte[]> seeds = seeds();
        for (int i = 0; i < ROUNDS; i++) {
            parse(damaged(seeds.get(random.nextInt(seeds.size())), random), b -> roundTrip(Multiaddr.of(b)));
        }
        assertThat(accepted).isGreaterThan(ROUNDS / 20);
    }

    @Test
    void damagedAddressesInTextAreReadOrRefused() {
        Random random = new Random(3);
        List<String> seeds = MultiaddrTextTest.accepted();
        String alphabet = "/:.%0159afgzAZ1=-~+_@ \u00e9\u0661\ud83d\ude80\0";
        for (int i = 0; i < ROUNDS; i++) {
            String seed = seeds.get(random.nextInt(seeds.size()));
            StringBuilder text = new StringBuilder(seed.substring(0, seed.indexOf('|')));
            for (int n = random.nextInt(3); n >= 0 && text.length() > 0; n--) {
                int at = random.nextInt(text.length());
                char c = alphabet.charAt(random.nextInt(alphabet.length()));
                switch (random.nextInt(3)) {
                    case 0 -> text.setCharAt(at, c);
                    case 1 -> text.insert(at, c);
                    default -> text.deleteCharAt(at);
                }
            }
            parse(text.toString(), t -> roundTrip(Multiaddr.of(t)));
        }
        assertThat(accepted).isGreaterThan(ROUNDS / 20);
    }

    @Test
    void randomValuesOfEachProtocolAreReadOrRefused() {
        Random random = new Random(4);
        for (int i = 0; i < ROUNDS; i++) {
            Proto proto = Proto.values()[random.nextInt(Proto.values().length)];
            byte[] value = new byte[proto.size() == Proto.VARIABLE ? random.nextInt(40) : proto.size() / 8];
            random.nextBytes(value);
            parse(value, v -> roundTrip(Multiaddr.EMPTY.with(Component.of(proto, v))));
        }
        assertThat(accepted).isGreaterThan(ROUNDS / 4);
    }

    @Test
    void randomTextOfEachBaseIsReadOrRefused() {
        Random random = new Random(5);
        for (int i = 0; i < ROUNDS; i++) {
            Base base = Base.values()[random.nextInt(Base.values().length)];
            byte[] bytes = new byte[random.nextInt(20)];
            random.nextBytes(bytes);
            StringBuilder text = new StringBuilder(Multibase.encode(base, bytes));
            if (text.length() > 2) {
                text.setCharAt(2 + random.nextInt(text.length() - 2), (char) random.nextInt(random.nextBoolean() ? 128 : 65536));
            }
            parse(text.toString(), t -> assertThat(Multibase.encode(base, Multibase.decode(t))).isEqualToIgnoringCase(t));
            parse(text.toString(), t -> assertThat(Cid.parse(t).bytes()).isNotEmpty());
        }
        assertThat(accepted).isPositive();
    }

    @Test
    void messagesAreShortAndPrintable() {
        try {
            Multiaddr.of("/" + "\u0007\n".repeat(1000));
            fail("accepted");
        } catch (FormatException e) {
            assertThat(e.getMessage()).hasSizeLessThan(120).matches("[ -~]+");
        }
    }
}
