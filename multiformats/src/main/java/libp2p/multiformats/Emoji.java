package libp2p.multiformats;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** One emoji for each byte; source: multiformats/multibase, rfcs/Base256Emoji.md. */
final class Emoji {
    private static final int[] EMOJI = points(
            "🚀🪐☄🛰🌌🌑🌒🌓🌔🌕🌖🌗🌘🌍🌏🌎🐉☀💻🖥💾💿😂❤😍🤣😊🙏💕😭😘👍"
            + "😅👏😁🔥🥰💔💖💙😢🤔😆🙄💪😉☺👌🤗💜😔😎😇🌹🤦🎉💞✌✨🤷😱😌🌸🙌"
            + "😋💗💚😏💛🙂💓🤩😄😀🖤😃💯🙈👇🎶😒🤭❣😜💋👀😪😑💥🙋😞😩😡🤪👊🥳"
            + "😥🤤👉💃😳✋😚😝😴🌟😬🙃🍀🌷😻😓⭐✅🥺🌈😈🤘💦✔😣🏃💐☹🎊💘😠☝"
            + "😕🌺🎂🌻😐🖕💝🙊😹🗣💫💀👑🎵🤞😛🔴😤🌼😫⚽🤙☕🏆🤫👈😮🙆🍻🍃🐶💁"
            + "😲🌿🧡🎁⚡🌞🎈❌✊👋😰🤨😶🤝🚶💰🍓💢🤟🙁🚨💨🤬✈🎀🍺🤓😙💟🌱😖👶"
            + "🥴▶➡❓💎💸⬇😨🌚🦋😷🕺⚠🙅😟😵👎🤲🤠🤧📌🔵💅🧐🐾🍒😗🤑🌊🤯🐷☎"
            + "💧😯💆👆🎤🙇🍑❄🌴💣🐸💌📍🥀🤢👅💡💩👐📸👻🤐🤮🎼🥵🚩🍎🍊👼💍📣🥂");
    private static final Map<Integer, Integer> VALUES = values();

    private Emoji() {}

    private static int[] points(String text) {
        int[] points = new int[256];
        int at = 0;
        for (int i = 0; i < points.length; i++) {
            points[i] = text.codePointAt(at);
            at += Character.charCount(points[i]);
        }
        return points;
    }

    private static Map<Integer, Integer> values() {
        Map<Integer, Integer> values = new HashMap<>();
        for (int i = 0; i < EMOJI.length; i++) {
            values.put(EMOJI[i], i);
        }
        return values;
    }

    static String encode(byte[] bytes) {
        StringBuilder out = new StringBuilder(bytes.length * 2);
        for (byte b : bytes) {
            out.appendCodePoint(EMOJI[b & 0xff]);
        }
        return out.toString();
    }

    static byte[] decode(String text, int start) {
        byte[] out = new byte[text.length() - start];
        int length = 0;
        for (int i = start; i < text.length();) {
            int point = text.codePointAt(i);
            Integer value = VALUES.get(point);
            if (value == null) {
                throw new FormatException("not an emoji of the base, at " + i);
            }
            out[length++] = value.byteValue();
            i += Character.charCount(point);
        }
        return Arrays.copyOf(out, length);
    }
}
