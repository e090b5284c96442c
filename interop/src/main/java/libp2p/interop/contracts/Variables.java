package libp2p.interop.contracts;

import java.util.Map;

/**
 * The environment variables by which a suite tells its applications what to do.
 *
 * <p>There are two generations. The first has lower-case names, one list in Redis under a fixed key, and JSON as its result. The second has
 * upper-case names, a key of each test's own, and YAML.
 *
 * @param dialer whether this application dials or listens
 * @param first whether it is of the first generation
 * @param redis where the two find each other, {@code host:port}
 * @param key of this test, before all its keys in Redis; the first generation has none
 * @param transport the transport's name
 * @param security the name of the security protocol; empty where the transport has its own
 * @param muxer the muxer's name; empty where the transport has its own
 * @param ip the address to listen on
 * @param seconds how long the test may take
 */
record Variables(
        boolean dialer,
        boolean first,
        String redis,
        String key,
        String transport,
        String security,
        String muxer,
        String ip,
        int seconds) {

    private static final String REDIS = "redis:6379";
    private static final String ANY = "0.0.0.0";
    private static final String SECONDS = "180";

    /** Reads them; a variable that is missing or makes no sense is an {@link IllegalArgumentException} that names it. */
    static Variables of(Map<String, String> environment) {
        if (environment.containsKey("IS_DIALER")) {
            return new Variables(
                    bool(environment, "IS_DIALER"),
                    false,
                    environment.getOrDefault("REDIS_ADDR", REDIS),
                    required(environment, "TEST_KEY"),
                    required(environment, "TRANSPORT"),
                    environment.getOrDefault("SECURE_CHANNEL", ""),
                    environment.getOrDefault("MUXER", ""),
                    environment.getOrDefault("LISTENER_IP", ANY),
                    number(environment, "TEST_TIMEOUT_SECS", SECONDS));
        }
        if (!environment.containsKey("is_dialer")) throw new IllegalArgumentException("neither IS_DIALER nor is_dialer is set");
        return new Variables(
                bool(environment, "is_dialer"),
                true,
                environment.getOrDefault("redis_addr", REDIS),
                "",
                required(environment, "transport"),
                environment.getOrDefault("security", ""),
                environment.getOrDefault("muxer", ""),
                environment.getOrDefault("ip", ANY),
                number(environment, "test_timeout_seconds", SECONDS));
    }

    private static String required(Map<String, String> environment, String name) {
        String value = environment.get(name);
        if (value == null || value.isEmpty()) throw new IllegalArgumentException(name + " is not set");
        return value;
    }

    private static boolean bool(Map<String, String> environment, String name) {
        String value = required(environment, name);
        if (!value.equals("true") && !value.equals("false")) throw new IllegalArgumentException(name + " is " + value);
        return value.equals("true");
    }

    /** A whole number from one on. */
    static int number(Map<String, String> environment, String name, String otherwise) {
        long n = count(environment, name, otherwise);
        if (n < 1 || n > Integer.MAX_VALUE) throw new IllegalArgumentException(name + " is " + n);
        return (int) n;
    }

    /** A whole number from zero on. */
    static long count(Map<String, String> environment, String name, String otherwise) {
        String value = environment.getOrDefault(name, otherwise);
        try {
            long n = Long.parseLong(value);
            if (n >= 0) return n;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " is " + value, e);
        }
        throw new IllegalArgumentException(name + " is " + value);
    }
}
