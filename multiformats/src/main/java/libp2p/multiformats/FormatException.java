package libp2p.multiformats;

/** Bytes or text that are not of the format, or beyond its limits. It has no stack trace, since hostile input makes many of them. */
public final class FormatException extends IllegalArgumentException {
    private static final int QUOTE_MAX = 64;

    public FormatException(String message) {
        super(message);
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }

    /** The text for a message: cut to a bounded length, and whatever is not printable ASCII replaced. */
    static String quote(String text) {
        int length = Math.min(text.length(), QUOTE_MAX);
        StringBuilder out = new StringBuilder(length + 5).append('\'');
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            out.append(c >= ' ' && c < 0x7f ? c : '?');
        }
        return out.append(length < text.length() ? "..." : "").append('\'').toString();
    }
}
