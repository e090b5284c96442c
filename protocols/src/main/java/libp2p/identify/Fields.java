package libp2p.identify;

/** The field numbers of the message (specs/identify/README.md, "identify message"; field 8: RFC 0003). */
final class Fields {
    static final int KEY = 1;
    static final int ADDRESS = 2;
    static final int PROTOCOL = 3;
    static final int OBSERVED = 4;
    static final int VERSION = 5;
    static final int AGENT = 6;
    static final int RECORD = 8;

    private Fields() {}
}
