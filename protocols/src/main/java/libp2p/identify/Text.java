package libp2p.identify;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What peers say of themselves, made fit to be shown: cut, and without what could deceive a terminal or a log. */
final class Text {
    /** Code points kept of an agent, a version or a protocol id (specs pull request 491). */
    static final int CODE_POINTS_MAX = 128;

    private static final int REPLACEMENT = 0xfffd;

    private Text() {}

    /** Text of UTF-8 that may be malformed, cleaned. */
    static String clean(byte[] utf8) {
        return clean(new String(utf8, StandardCharsets.UTF_8));
    }

    /** At most {@link #CODE_POINTS_MAX} code points, with U+FFFD for those of the categories Cc, Cf and Cs. */
    static String clean(String text) {
        StringBuilder out = new StringBuilder();
        int at = 0;
        for (int n = 0; n < CODE_POINTS_MAX && at < text.length(); n++) {
            int c = text.codePointAt(at);
            at += Character.charCount(c);
            int type = Character.getType(c);
            boolean bad = type == Character.CONTROL || type == Character.FORMAT || type == Character.SURROGATE;
            out.appendCodePoint(bad ? REPLACEMENT : c);
        }
        return out.toString();
    }

    /** Whether that is what {@link #clean} would give for it. */
    static boolean isClean(String text, byte[] utf8) {
        return clean(text).equals(text) && Arrays.equals(text.getBytes(StandardCharsets.UTF_8), utf8);
    }
}
