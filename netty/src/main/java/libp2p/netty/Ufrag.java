package libp2p.netty;

import libp2p.core.Rng;

/**
 * The user name fragments by which WebRTC-direct does without signalling. The server's, which comes with each request, is its password too:
 * in the first version the client's as well, in the second it holds the client's password (specs/webrtc/webrtc-direct.md and pull
 * request 715).
 */
final class Ufrag {
    private static final String V1 = "libp2p+webrtc+v1/";
    private static final String V2 = "libp2p+webrtc+v2/";
    private static final int PASSWORD_LEAST = 22; // RFC 8839 5.4
    private static final int MOST = 256;
    private static final int RANDOM = 32;
    private static final String CHARS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private Ufrag() {}

    /** Whether it is a server's, of a version that we know. */
    static boolean isServers(String s) {
        if (s.length() > MOST || !s.chars().allMatch(c -> CHARS.indexOf(c) >= 0)) return false;
        if (s.startsWith(V1)) return s.length() >= PASSWORD_LEAST;
        return s.startsWith(V2) && s.length() - V2.length() >= PASSWORD_LEAST;
    }

    /** A fresh one of the first version, which all servers know. */
    static String fresh(Rng rng) {
        StringBuilder s = new StringBuilder(V1);
        for (int i = 0; i < RANDOM; i++) s.append(CHARS.charAt(rng.nextInt(CHARS.length() - 2)));
        return s.toString();
    }
}
