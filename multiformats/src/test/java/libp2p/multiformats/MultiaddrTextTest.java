package libp2p.multiformats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The text and the bytes of addresses.
 * Bytes and printed text of {@code accepted.txt} are what go-multiaddr 0.16 makes of the same text.
 */
class MultiaddrTextTest {
    static List<String> accepted() {
        return Vectors.lines("multiaddr/accepted.txt");
    }

    static List<String> refused() {
        return Vectors.lines("multiaddr/refused.txt");
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void anAcceptedTextHasItsBytesAndPrintsBack(String row) {
        String[] cells = row.split("\\|", -1);
        Multiaddr address = Multiaddr.of(cells[0]);
        assertThat(Vectors.hex(address.bytes())).isEqualTo(cells[2]);
        assertThat(address).hasToString(cells[1].isEmpty() ? cells[0] : cells[1]);
        assertThat(Multiaddr.of(address.bytes())).isEqualTo(address).hasSameHashCodeAs(address).hasToString(address.toString());
        assertThat(Multiaddr.of(address.toString())).isEqualTo(address).isEqualByComparingTo(address);
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void anAddressCutAtEachByteIsRefusedOrIsTheComponentsBefore(String row) {
        Multiaddr whole = Multiaddr.of(row.substring(0, row.indexOf('|')));
        byte[] bytes = whole.bytes();
        for (int cut = 0; cut < bytes.length; cut++) {
            byte[] part = Arrays.copyOf(bytes, cut);
            Multiaddr before = componentsOfSize(whole, cut);
            if (before == null) {
                assertThatThrownBy(() -> Multiaddr.of(part)).isInstanceOf(FormatException.class);
            } else {
                assertThat(Multiaddr.of(part)).isEqualTo(before);
            }
        }
    }

    private static @Nullable Multiaddr componentsOfSize(Multiaddr whole, int size) {
        int at = 0;
        for (int i = 0; i < whole.components().size(); i++) {
            if (at == size && i > 0) {
                return Multiaddr.of(whole.components().subList(0, i));
            }
            at += whole.components().get(i).bytes().length;
        }
        return null;
    }

    @ParameterizedTest
    @MethodSource("refused")
    void aRefusedTextIsRefused(String text) {
        assertThatThrownBy(() -> Multiaddr.of(text)).isInstanceOf(FormatException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "//", "/dns/\ud800", "/unix/\udc00x", "/ip4/\u0661.2.3.4", "/tcp/\u0661", "/certhash/\ud83d",
        "/p2p/\0"})
    void textThatIsEmptyOrNotUnicodeIsRefused(String text) {
        assertThatThrownBy(() -> Multiaddr.of(text)).isInstanceOf(FormatException.class);
    }

    /** Protocols of the table that few implementations know. */
    @ParameterizedTest
    @CsvSource({"/p2p-websocket-star,df03", "/p2p-stardust,9502", "/p2p-webrtc-star,9302", "/memory/4,89060134",
        "/memory/a%20b,890605612532 3062",
        "/tcp/1/ws/p2p-webrtc-star,060001dd039302"})
    void theRestOfTheTableHasTextAndBytes(String text, String hex) {
        assertThat(Vectors.hex(Multiaddr.of(text).bytes())).isEqualTo(hex.replace(" ", ""));
        assertThat(Multiaddr.of(Vectors.bytes(hex.replace(" ", "")))).hasToString(text);
    }

    @Test
    void everyProtocolIsNamedInSomeAcceptedText() {
        StringBuilder all = new StringBuilder("/p2p-websocket-star|/p2p-stardust|/p2p-webrtc-star|/memory/");
        accepted().forEach(all::append);
        for (Proto proto : Proto.values()) {
            assertThat(all.toString()).containsPattern("/" + proto + "[/|]");
        }
    }

    @ParameterizedTest
    @CsvSource({"07", "00", "8400", "ffffffffffffffffff7f", "84e0ff00", "0400", "047f0000", "06", "0600", "3500", "3501", "3502612f",
        "3501ff", "3502c080",
        "3503eda080", "358080808008", "35ffffffffffffffff7f", "3581006100", "2a00", "d20300", "d2030100", "a50300", "a5030130",
        "a503020000aa",
        "a503221221c05877cbae039d70a5e600ea02c6f9f2942439285c9e344e26f8d280c850fad6", "a5030312010a", "a50304111401aa", "9003013f",
        "9003012f", "900302612f",
        "9003022f2f", "9003032f612f", "9003022f61cc03", "e10300", "bc0300000000000000000000" + "0000", "bf030100", "be030100",
        "b504" + "00"})
    void bytesThatAreNoAddressAreRefused(String hex) {
        assertThatThrownBy(() -> Multiaddr.of(Vectors.bytes(hex))).isInstanceOf(FormatException.class);
    }

    @Test
    void noBytesAreNoAddress() {
        assertThatThrownBy(() -> Multiaddr.of(new byte[0])).isInstanceOf(FormatException.class);
    }

    @Test
    void anHttpPathIsPercentEncoded() {
        Component path = Component.of(Proto.HTTP_PATH, "a b+/%\u00e9~".getBytes(StandardCharsets.UTF_8));
        assertThat(path).hasToString("/http-path/a%20b%2B%2F%25%C3%A9~");
        assertThat(Multiaddr.of(path.toString()).first(Proto.HTTP_PATH)).isEqualTo(path);
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        assertThat(Component.of(Proto.HTTP_PATH, Component.of(Proto.HTTP_PATH, all).text()).value()).isEqualTo(all);
    }

    @Test
    void anAddressOfTheLargestSizeIsReadAndOneByteMoreIsNot() {
        // One byte of code, two of length.
        String name = "a".repeat(Multiaddr.BYTES_MAX - 3);
        Multiaddr most = Multiaddr.of("/dns/" + name);
        assertThat(most.bytes()).hasSize(Multiaddr.BYTES_MAX);
        assertThat(Multiaddr.of(most.bytes())).isEqualTo(most);
        assertThatThrownBy(() -> Multiaddr.of("/dns/a" + name)).isInstanceOf(FormatException.class);
        assertThatThrownBy(() -> Multiaddr.of(new byte[Multiaddr.BYTES_MAX + 1])).isInstanceOf(FormatException.class);
        assertThatThrownBy(() -> most.encapsulate("/udt")).isInstanceOf(FormatException.class);
        assertThatThrownBy(() -> Multiaddr.of("/" + "a".repeat(Multiaddr.TEXT_MAX))).isInstanceOf(FormatException.class);
    }

    @Test
    void theLongestTextThatAnAddressPrintsIsRead() {
        Multiaddr most = Multiaddr.of("/ip6/1111:1111:1111:1111:1111:1111:1111:1111".repeat(Multiaddr.COMPONENTS_MAX - 1));
        byte[] path = new byte[Multiaddr.BYTES_MAX - most.bytes().length - 4];
        most = most.with(Component.of(Proto.HTTP_PATH, path));
        assertThat(most.bytes()).hasSize(Multiaddr.BYTES_MAX);
        assertThat(most.toString()).hasSizeLessThanOrEqualTo(Multiaddr.TEXT_MAX);
        assertThat(Multiaddr.of(most.toString())).isEqualTo(most);
    }

    @Test
    void anAddressOfTheMostComponentsIsReadAndOneMoreIsNot() {
        String most = "/udt".repeat(Multiaddr.COMPONENTS_MAX);
        assertThat(Multiaddr.of(Multiaddr.of(most).bytes())).hasToString(most);
        assertThatThrownBy(() -> Multiaddr.of(most + "/udt")).isInstanceOf(FormatException.class);
        byte[] more = new byte[2 * Multiaddr.COMPONENTS_MAX + 2];
        for (int i = 0; i < more.length; i += 2) {
            Varint.write(Proto.UDT.code(), more, i);
        }
        assertThatThrownBy(() -> Multiaddr.of(more)).isInstanceOf(FormatException.class);
    }
}
