package libp2p.testkit.fuzz;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Something that takes bytes from strangers, and what must hold of it whatever the bytes are.
 *
 * @param name for people and for files: lower case and dashes
 * @param seeds good input, to be damaged
 * @param rounds how many inputs make a short run
 * @param check returns normally if the input was taken or refused as it should be; whatever it throws is a finding
 */
public record Target(String name, List<byte[]> seeds, int rounds, Consumer<byte[]> check) {
    private static final int PARSER_ROUNDS = 3000;

    /**
     * A parser: it gives a value, or throws {@code refusal} and nothing else.
     *
     * @param holds what must be true of an input that was taken, and of its value; whatever it throws, even a refusal, is a finding
     */
    public static <T> Target parser(
            String name, List<byte[]> seeds, Class<? extends RuntimeException> refusal,
            Function<byte[], T> parse, BiConsumer<byte[], T> holds) {
        return new Target(name, seeds, PARSER_ROUNDS, input -> {
            T value;
            try {
                value = parse.apply(input);
            } catch (RuntimeException e) {
                if (refusal.isInstance(e)) return;
                throw e;
            }
            try {
                holds.accept(input, value);
            } catch (RuntimeException e) {
                throw new AssertionError("taken, but then " + e, e);
            }
        });
    }

    /** The same with another number of rounds. */
    public Target rounds(int number) {
        return new Target(name, seeds, number, check);
    }

    @Override
    public String toString() {
        return name;
    }
}
