package libp2p.netty;

import io.netty.handler.codec.http3.DefaultHttp3Headers;
import io.netty.handler.codec.http3.DefaultHttp3SettingsFrame;
import io.netty.handler.codec.http3.Http3Headers;
import io.netty.handler.codec.http3.Http3Settings;
import io.netty.handler.codec.http3.Http3SettingsFrame;
import libp2p.multiformats.Nullable;

/**
 * What is said in HTTP/3 to have a session: that of draft-ietf-webtrans-http3-02, which Chromium and go-libp2p up to 0.46 speak and later
 * servers understand, and the later drafts' as far as they differ in words only.
 */
final class WtDialect {
    /** Where libp2p's sessions are asked for (specs/webtransport, "WebTransport HTTP endpoint"). */
    static final String PATH = "/.well-known/libp2p-webtransport";

    private static final String TYPE = "type=noise";

    private static final long CONNECT_PROTOCOL = 0x8; // RFC 9220
    private static final long DATAGRAM = 0x33; // RFC 9297
    private static final long DATAGRAM_DRAFT_04 = 0xffd277;
    private static final long WEBTRANSPORT_DRAFT_02 = 0x2b603742;
    private static final long MAX_SESSIONS_DRAFT_07 = 0xc671706aL;
    private static final long ENABLED_DRAFT_15 = 0x2c7cf000;
    private static final int HEADERS_MAX = 8 * 1024;

    private static final String PROTOCOL = "webtransport";
    private static final String PROTOCOL_DRAFT_15 = "webtransport-h3";
    private static final String OFFER = "sec-webtransport-http3-draft02";
    private static final String CHOICE = "sec-webtransport-http3-draft";
    private static final String CHOICE_DRAFT_02 = "draft02";

    private WtDialect() {}

    /** Peers' settings that the library does not know mean nothing to it. */
    static boolean anySetting(long id, long value) {
        return true;
    }

    /** Ours, of both sides. */
    static Http3SettingsFrame settings() {
        Http3Settings s = new Http3Settings(WtDialect::anySetting);
        s.maxFieldSectionSize(HEADERS_MAX);
        for (long id : new long[] {CONNECT_PROTOCOL, DATAGRAM, DATAGRAM_DRAFT_04, WEBTRANSPORT_DRAFT_02, MAX_SESSIONS_DRAFT_07}) {
            s.put(id, 1L);
        }
        return new DefaultHttp3SettingsFrame(s);
    }

    /** Whether a server with these settings has sessions. */
    static boolean hasSessions(Http3Settings theirs) {
        boolean any = theirs.getOrDefault(WEBTRANSPORT_DRAFT_02, 0) > 0
                || theirs.getOrDefault(MAX_SESSIONS_DRAFT_07, 0) > 0
                || theirs.getOrDefault(ENABLED_DRAFT_15, 0) > 0;
        return any && theirs.getOrDefault(CONNECT_PROTOCOL, 0) == 1;
    }

    /** The request for a session. */
    static Http3Headers request(String authority) {
        Http3Headers h = new DefaultHttp3Headers();
        h.method("CONNECT").protocol(PROTOCOL).scheme("https").authority(authority).path(PATH + "?" + TYPE);
        h.add(OFFER, "1");
        return h;
    }

    /** The status that answers a request. */
    static int status(Http3Headers request) {
        boolean connects = is("CONNECT", request.method());
        if (!connects || !is(PROTOCOL, request.protocol()) && !is(PROTOCOL_DRAFT_15, request.protocol())) return 405;
        String path = String.valueOf(request.path());
        int question = path.indexOf('?');
        if (!PATH.equals(question < 0 ? path : path.substring(0, question))) return 404;
        return question >= 0 && isNoise(path.substring(question + 1)) ? 200 : 400;
    }

    private static boolean is(String wanted, @Nullable CharSequence said) {
        return said != null && wanted.contentEquals(said);
    }

    /** Whether a query asks for the handshake that we have, once. */
    private static boolean isNoise(String query) {
        int types = 0;
        boolean noise = false;
        for (String one : query.split("&", -1)) {
            if (one.equals("type") || one.startsWith("type=")) types++;
            noise |= one.equals(TYPE);
        }
        return noise && types == 1;
    }

    /** The answer to a request. */
    static Http3Headers response(Http3Headers request, int status) {
        Http3Headers h = new DefaultHttp3Headers();
        h.status(Integer.toString(status));
        if (status == 200 && is("1", request.get(OFFER))) h.add(CHOICE, CHOICE_DRAFT_02);
        return h;
    }
}
