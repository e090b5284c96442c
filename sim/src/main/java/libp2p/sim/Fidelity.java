package libp2p.sim;

import java.util.List;
import java.util.function.BiFunction;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.wire.Muxer;
import libp2p.core.wire.Plaintext;
import libp2p.core.wire.Security;
import libp2p.core.wire.noise.Noise;
import libp2p.core.wire.yamux.Yamux;
import libp2p.multiformats.Nullable;

/** How much of the real stack runs between hosts. */
public final class Fidelity {
    /**
     * Streams travel as they are, with their protocol selection and windows, without security protocol and muxer: for 10^5 to 10^6 hosts.
     */
    public static final Fidelity STREAMS = new Fidelity(false, null, null, List.of());

    /** Byte pipes with the real selection of protocols and Yamux, under plaintext: for 10^4 hosts. */
    public static final Fidelity BYTES = new Fidelity(true, null, (crypto, rng) -> List.of(new Plaintext()), List.of(new Yamux()));

    private final boolean bytes;
    private final @Nullable Crypto crypto;
    private final @Nullable BiFunction<Crypto, Rng, List<Security>> securities;
    private final List<Muxer> muxers;

    private Fidelity(boolean bytes, @Nullable Crypto crypto, @Nullable BiFunction<Crypto, Rng, List<Security>> securities,
            List<Muxer> muxers) {
        this.bytes = bytes;
        this.crypto = crypto;
        this.securities = securities;
        this.muxers = muxers;
    }

    /** Byte pipes with all that is real: keys, Noise and Yamux, with these primitives; for 10^3 hosts. */
    public static Fidelity bytes(Crypto crypto) {
        return bytes(crypto, (c, rng) -> List.of(Noise.create(c, rng)), List.of(new Yamux()));
    }

    /** Byte pipes with what is given: {@code securities} is asked once for each host, with randomness of its own. */
    public static Fidelity bytes(Crypto crypto, BiFunction<Crypto, Rng, List<Security>> securities, List<Muxer> muxers) {
        return new Fidelity(true, crypto, securities, muxers);
    }

    boolean isBytes() {
        return bytes;
    }

    /** The primitives; null where hosts have simulated identities. */
    @Nullable Crypto crypto() {
        return crypto;
    }

    /** For a node without pipes they are never used, but a node has some. */
    List<Security> securities(Crypto primitives, Rng random) {
        return securities == null ? List.of(PLAINTEXT) : securities.apply(primitives, random);
    }

    List<Muxer> muxers() {
        return muxers.isEmpty() ? YAMUX : muxers;
    }

    private static final Security PLAINTEXT = new Plaintext();
    private static final List<Muxer> YAMUX = List.of(new Yamux());
}
