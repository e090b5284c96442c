package libp2p.core.wire.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import libp2p.core.Buf;
import libp2p.core.Crypto;
import libp2p.core.Violation;
import org.junit.jupiter.api.Test;

/**
 * The pattern against public vectors, byte for byte: one of cacophony's, and four of flynn/noise with and without prologue and payloads.
 */
final class NoiseVectorsTest {
    private static final HexFormat HEX = HexFormat.of();
    private final Crypto crypto = new JdkNoiseCrypto();

    private record Message(byte[] payload, byte[] ciphertext) {}

    private static List<String> vectors() throws IOException {
        List<String> all = new ArrayList<>();
        for (String file : List.of("xx_25519_chachapoly_sha256.json", "xx_with_and_without_prologue.json")) {
            try (InputStream in = NoiseVectorsTest.class.getResourceAsStream("/noise/" + file)) {
                String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                for (String part : text.split("\"protocol_name\"")) if (part.contains("messages")) all.add(part);
            }
        }
        return all;
    }

    private static byte[] hex(String vector, String name) {
        Matcher m = Pattern.compile("\"" + name + "\"\\s*:\\s*\"([0-9a-f]*)\"").matcher(vector);
        return m.find() ? HEX.parseHex(m.group(1)) : new byte[0];
    }

    private static List<Message> messages(String vector) {
        List<Message> all = new ArrayList<>();
        Matcher m = Pattern.compile("\\{[^{}]*\"ciphertext\"[^{}]*}").matcher(vector);
        while (m.find()) all.add(new Message(hex(m.group(), "payload"), hex(m.group(), "ciphertext")));
        return all;
    }

    private HandshakeState state(String v, boolean initiator) {
        String side = initiator ? "init" : "resp";
        byte[] s = hex(v, side + "_static");
        return new HandshakeState(crypto, initiator, hex(v, side + "_prologue"), s, crypto.x25519PublicKey(s), hex(v, side + "_ephemeral"));
    }

    @Test
    void handshakesAndTransportMessagesAreThoseOfTheVectors() throws IOException {
        assertThat(vectors()).hasSize(5);
        assertThat(vectors().stream().filter(v -> hex(v, "init_prologue").length == 0)).hasSize(2);
        for (String v : vectors()) {
            List<Message> messages = messages(v);
            assertThat(messages).hasSizeGreaterThanOrEqualTo(5);
            HandshakeState initiator = state(v, true);
            HandshakeState responder = state(v, false);
            for (int i = 0; i < 3; i++) {
                HandshakeState writer = i % 2 == 0 ? initiator : responder;
                Buf out = new Buf(4096);
                assertThat(writer.overhead() + messages.get(i).payload.length).isEqualTo(messages.get(i).ciphertext.length);
                writer.writeMessage(messages.get(i).payload, out);
                assertThat(out.takeAll()).isEqualTo(messages.get(i).ciphertext);
                HandshakeState reader = i % 2 == 0 ? responder : initiator;
                assertThat(reader.readMessage(new Buf(messages.get(i).ciphertext))).isEqualTo(messages.get(i).payload);
            }
            assertThat(initiator.handshakeHash()).isEqualTo(responder.handshakeHash());
            if (v.contains("handshake_hash")) assertThat(initiator.handshakeHash()).isEqualTo(hex(v, "handshake_hash"));
            transport(messages, initiator.split(), responder.split());
        }
    }

    private static void transport(List<Message> messages, CipherState[] initiator, CipherState[] responder) {
        for (int i = 3; i < messages.size(); i++) {
            CipherState[] from = i % 2 == 0 ? initiator : responder;
            CipherState[] to = i % 2 == 0 ? responder : initiator;
            byte[] plain = messages.get(i).payload;
            byte[] sealed = new byte[plain.length + Crypto.Aead.TAG];
            from[0].encryptWithAd(new byte[0], plain, 0, plain.length, sealed, 0);
            assertThat(sealed).isEqualTo(messages.get(i).ciphertext);
            byte[] opened = new byte[plain.length];
            assertThat(to[1].decryptWithAd(new byte[0], sealed, 0, sealed.length, opened, 0)).isTrue();
            assertThat(opened).isEqualTo(plain);
        }
    }

    @Test
    void aMessageWithAnyBitChangedOrAnyByteMissingIsAViolation() throws IOException {
        String v = vectors().get(0);
        List<Message> messages = messages(v);
        byte[] second = messages.get(1).ciphertext;
        for (int i = 0; i < second.length; i++) {
            byte[] changed = Arrays.copyOf(second, second.length);
            changed[i] ^= 1;
            byte[] cut = Arrays.copyOf(second, i);
            for (byte[] bad : List.of(changed, cut)) {
                HandshakeState initiator = state(v, true);
                initiator.writeMessage(messages.get(0).payload, new Buf(4096));
                assertThatThrownBy(() -> initiator.readMessage(new Buf(bad))).isInstanceOf(Violation.class);
            }
        }
    }
}
