package libp2p.multiformats;

/**
 * The protocols of multiaddr.
 *
 * <p>Source: multiformats/multiaddr, protocols.csv; the forms of the values are those of {@link Component#text}.
 */
public enum Proto {
    IP4(4, 32, "ip4", Form.IP4),
    TCP(6, 16, "tcp", Form.PORT),
    UDP(273, 16, "udp", Form.PORT),
    DCCP(33, 16, "dccp", Form.PORT),
    IP6(41, 128, "ip6", Form.IP6),
    IP6ZONE(42, Proto.VARIABLE, "ip6zone", Form.NAME),
    IPCIDR(43, 8, "ipcidr", Form.CIDR),
    DNS(53, Proto.VARIABLE, "dns", Form.NAME),
    DNS4(54, Proto.VARIABLE, "dns4", Form.NAME),
    DNS6(55, Proto.VARIABLE, "dns6", Form.NAME),
    DNSADDR(56, Proto.VARIABLE, "dnsaddr", Form.NAME),
    SCTP(132, 16, "sctp", Form.PORT),
    UDT(301, 0, "udt", Form.NONE),
    UTP(302, 0, "utp", Form.NONE),
    UNIX(400, Proto.VARIABLE, "unix", Form.PATH),
    /** Also read under its former name, {@code ipfs}. */
    P2P(421, Proto.VARIABLE, "p2p", Form.PEER),
    ONION(444, 96, "onion", Form.ONION),
    ONION3(445, 296, "onion3", Form.ONION),
    GARLIC64(446, Proto.VARIABLE, "garlic64", Form.GARLIC64),
    GARLIC32(447, Proto.VARIABLE, "garlic32", Form.GARLIC32),
    TLS(448, 0, "tls", Form.NONE),
    SNI(449, Proto.VARIABLE, "sni", Form.NAME),
    NOISE(454, 0, "noise", Form.NONE),
    QUIC(460, 0, "quic", Form.NONE),
    QUIC_V1(461, 0, "quic-v1", Form.NONE),
    WEBTRANSPORT(465, 0, "webtransport", Form.NONE),
    CERTHASH(466, Proto.VARIABLE, "certhash", Form.CERTHASH),
    HTTP(480, 0, "http", Form.NONE),
    HTTP_PATH(481, Proto.VARIABLE, "http-path", Form.HTTP_PATH),
    HTTPS(443, 0, "https", Form.NONE),
    WS(477, 0, "ws", Form.NONE),
    WSS(478, 0, "wss", Form.NONE),
    P2P_WEBSOCKET_STAR(479, 0, "p2p-websocket-star", Form.NONE),
    P2P_STARDUST(277, 0, "p2p-stardust", Form.NONE),
    P2P_WEBRTC_STAR(275, 0, "p2p-webrtc-star", Form.NONE),
    P2P_WEBRTC_DIRECT(276, 0, "p2p-webrtc-direct", Form.NONE),
    WEBRTC_DIRECT(280, 0, "webrtc-direct", Form.NONE),
    WEBRTC(281, 0, "webrtc", Form.NONE),
    P2P_CIRCUIT(290, 0, "p2p-circuit", Form.NONE),
    /** The value is any text, as the table has it; implementations differ, since it never leaves the process. */
    MEMORY(777, Proto.VARIABLE, "memory", Form.NAME);

    /** The {@link #size} of values that announce their length. */
    public static final int VARIABLE = -1;

    private static final Proto[] ALL = values();

    private final int code;
    private final int size;
    private final String text;
    private final Form form;

    Proto(int code, int size, String text, Form form) {
        this.code = code;
        this.size = size;
        this.text = text;
        this.form = form;
    }

    /** The protocol with that number, or {@code null}. */
    public static @Nullable Proto of(long code) {
        for (Proto proto : ALL) {
            if (proto.code == code) {
                return proto;
            }
        }
        return null;
    }

    /** The protocol with that name or former name, as in text, without a slash; or {@code null}. */
    public static @Nullable Proto of(String text) {
        if (text.equals("ipfs")) {
            return P2P;
        }
        for (Proto proto : ALL) {
            if (proto.text.equals(text)) {
                return proto;
            }
        }
        return null;
    }

    /** The number in bytes, a multicodec. */
    public int code() {
        return code;
    }

    /** Bits of the value, 0 if there is none, or {@link #VARIABLE}. */
    public int size() {
        return size;
    }

    /** True if the value takes the whole rest of the text, slashes included, so that nothing can follow. */
    public boolean isPath() {
        return form == Form.PATH;
    }

    /** True if there is a value, so that text has it after the name. */
    public boolean hasValue() {
        return size != 0;
    }

    Form form() {
        return form;
    }

    /** The name in text, such as {@code quic-v1}. */
    @Override
    public String toString() {
        return text;
    }
}
