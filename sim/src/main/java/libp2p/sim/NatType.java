package libp2p.sim;

/**
 * How a NAT behaves, in the terms of RFC 4787.
 *
 * @param mapping which conversations of an inside port share an outside port
 * @param filtering whom an outside port lets in
 * @param ports how outside ports are chosen
 * @param expiryNanos how long it remembers what is not used
 * @param hairpin whether those inside reach each other by their outside addresses
 */
public record NatType(Mapping mapping, Filtering filtering, Ports ports, long expiryNanos, boolean hairpin) {
    /** RFC 4787 section 4.1. */
    public enum Mapping {
        /** All: an inside port looks the same from everywhere. */
        ENDPOINT_INDEPENDENT,
        /** Those with one remote port; the next has another. */
        ADDRESS_AND_PORT_DEPENDENT
    }

    /** RFC 4787 section 5. */
    public enum Filtering {
        /** Everyone. */
        ENDPOINT_INDEPENDENT,
        /** Those at an address that was talked to. */
        ADDRESS_DEPENDENT,
        /** Those at an address and port that was talked to. */
        ADDRESS_AND_PORT_DEPENDENT
    }

    /** RFC 4787 section 4.2. */
    public enum Ports {
        /** The inside port's number if it is free, else the next. */
        PRESERVED,
        /** One after the other. */
        SEQUENTIAL,
        /** Any, by the world's seed. */
        RANDOM
    }

    /** Two minutes: what RFC 4787 section 4.3 asks for at least. */
    public static final long EXPIRY_NANOS = 120 * World.SECOND;

    /** Lets in everyone, at a port that was once used to get out. */
    public static final NatType FULL_CONE = cone(Filtering.ENDPOINT_INDEPENDENT);

    /** Lets in who has an address that was talked to. */
    public static final NatType RESTRICTED = cone(Filtering.ADDRESS_DEPENDENT);

    /** Lets in who has an address and port that was talked to. */
    public static final NatType PORT_RESTRICTED = cone(Filtering.ADDRESS_AND_PORT_DEPENDENT);

    /** Gives each conversation an outside port of its own, at random, and lets in that conversation only. */
    public static final NatType SYMMETRIC =
            new NatType(Mapping.ADDRESS_AND_PORT_DEPENDENT, Filtering.ADDRESS_AND_PORT_DEPENDENT, Ports.RANDOM, EXPIRY_NANOS, false);

    /** The same with ports in order, which can be guessed. */
    public static final NatType SYMMETRIC_SEQUENTIAL =
            new NatType(Mapping.ADDRESS_AND_PORT_DEPENDENT, Filtering.ADDRESS_AND_PORT_DEPENDENT, Ports.SEQUENTIAL, EXPIRY_NANOS, false);

    public NatType {
        if (expiryNanos <= 0) throw new IllegalArgumentException("an expiry of " + expiryNanos + " ns");
    }

    private static NatType cone(Filtering filtering) {
        return new NatType(Mapping.ENDPOINT_INDEPENDENT, filtering, Ports.PRESERVED, EXPIRY_NANOS, false);
    }

    /** The same, remembering for that long. */
    public NatType expiry(long nanos) {
        return new NatType(mapping, filtering, ports, nanos, hairpin);
    }

    /** The same, with or without hairpin. */
    public NatType hairpin(boolean yes) {
        return new NatType(mapping, filtering, ports, expiryNanos, yes);
    }
}
