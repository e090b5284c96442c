package libp2p.interop.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What a connection is made with; security and muxer are empty where the transport has its own.
 *
 * @param key the type of both identity keys
 */
record Combination(String transport, String security, String muxer, String key) {
    static final String KEY_DEFAULT = "ed25519";
    private static final Set<String> STANDALONE = Set.of("quic-v1", "webtransport", "webrtc-direct", "webrtc");

    /** Whether the transport brings security and streams of its own. */
    static boolean standalone(String transport) {
        return STANDALONE.contains(transport);
    }

    /** How a peer is started for it. */
    List<String> options() {
        List<String> all = new ArrayList<>(List.of("--transport", transport, "--key", key));
        if (!security.isEmpty()) all.addAll(List.of("--security", security));
        if (!muxer.isEmpty()) all.addAll(List.of("--muxer", muxer));
        return all;
    }

    /** Without the key. */
    String wire() {
        return standalone(transport) ? transport : String.join(", ", transport, security, muxer);
    }

    /** As in {@code tcp, noise, yamux}; the key is named unless it is the default. */
    @Override
    public String toString() {
        return key.equals(KEY_DEFAULT) ? wire() : wire() + ", " + key;
    }
}
