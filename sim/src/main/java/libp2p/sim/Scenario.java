package libp2p.sim;

import java.util.List;

/**
 * An experiment: it sets a scene, lets time pass, and says what came of it.
 *
 * <p>The same scenario with the same seed, hosts and parameters gives the same results on every machine, as long as it takes chance and
 * time from its {@link Trial} only. One object serves many trials; it keeps nothing between them.
 */
public interface Scenario {
    /**
     * Something that can be varied.
     *
     * @param name of letters and digits, such as {@code degree}
     * @param description what it is, with its unit
     * @param usual what it is unless said
     * @param least the smallest value that makes sense
     * @param most the largest
     */
    record Parameter(String name, String description, double usual, double least, double most) {
        /** Checks that it makes sense. */
        public Parameter {
            if (!isName(name)) throw new IllegalArgumentException("'" + name + "' is no name of letters and digits");
            boolean fits = least <= usual && usual <= most;
            if (!fits) throw new IllegalArgumentException(name + " of " + usual + " is not from " + least + " to " + most);
        }

        private static boolean isName(String name) {
            for (int i = 0; i < name.length(); i++) {
                char c = name.charAt(i);
                boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
                if (!letter && !(i > 0 && c >= '0' && c <= '9')) return false;
            }
            return !name.isEmpty();
        }
    }

    /** One word, such as {@code flood}. */
    String name();

    /** What it shows, in a sentence. */
    String description();

    /** What can be varied besides the seed and the number of hosts. */
    default List<Parameter> parameters() {
        return List.of();
    }

    /** How many hosts there are unless said. */
    default int nodes() {
        return 1000;
    }

    /** The whole of it. An {@link IllegalArgumentException} says that the parameters do not go together. */
    void run(Trial trial);
}
