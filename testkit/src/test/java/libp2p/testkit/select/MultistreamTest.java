package libp2p.testkit.select;

import static libp2p.testkit.select.Said.HEADER;
import static libp2p.testkit.select.Said.bytes;
import static libp2p.testkit.select.Said.concat;
import static libp2p.testkit.select.Said.in;
import static libp2p.testkit.select.Said.messages;
import static libp2p.testkit.select.Said.raw;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import libp2p.core.Buf;
import libp2p.core.Codes;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.wire.Multistream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two machines of multistream-select, each against the bytes of a peer. */
class MultistreamTest {
    private static final int MESSAGES_MAX = 8;

    private final Buf out = new Buf(64);

    private static Multistream.Initiator initiator(String... ids) {
        return new Multistream.Initiator(List.of(ids), MESSAGES_MAX);
    }

    private static Multistream.Responder responder(String... ids) {
        return new Multistream.Responder(List.of(ids), MESSAGES_MAX);
    }

    private static Violation violation(Runnable work) {
        Violation v = catchThrowableOfType(Violation.class, work::run);
        assertThat(v).isNotNull();
        return v;
    }

    /** Feeds a peer's bytes in all at once, and in two pieces at every place; the machine's end must not depend on it. */
    private static void atEveryCut(byte[] sent, String id, int rest, byte[] said, BiFunction<Buf, Buf, String> fresh, Runnable again) {
        for (int cut = 0; cut <= sent.length; cut++) {
            again.run();
            Buf received = new Buf(sent.length);
            Buf answers = new Buf(16);
            received.put(sent, 0, cut);
            String chosen = fresh.apply(received, answers);
            received.grow(sent.length - cut).put(sent, cut, sent.length - cut);
            if (chosen == null) chosen = fresh.apply(received, answers);
            assertThat(chosen).as("cut at %d", cut).isEqualTo(id);
            assertThat(received.size()).as("cut at %d", cut).isEqualTo(rest);
            assertThat(in(answers)).as("cut at %d", cut).isEqualTo(said);
        }
    }

    @Test
    void theBytesAreThoseOfTheSpecification() {
        initiator("/noise").begin(out);
        assertThat(out.takeAll()).isEqualTo(concat(raw(0x13), bytes("/multistream/1.0.0\n"), raw(0x07), bytes("/noise\n")));
        responder("/tls/1.0.0").step(new Buf(messages(HEADER, "/noise")), out.clear());
        assertThat(out.takeAll()).isEqualTo(concat(raw(0x13), bytes("/multistream/1.0.0\n"), raw(0x03, 0x6e, 0x61, 0x0a)));
    }

    @Test
    void anInitiatorGoesOnToTheNextIdAfterNaHoweverTheAnswersAreCut() {
        Multistream.Initiator[] it = new Multistream.Initiator[1];
        byte[] sent = concat(messages(HEADER, "na", "na", "/c"), bytes("early"));
        atEveryCut(sent, "/c", 5, messages("/b", "/c"), (i, o) -> it[0].step(i, o), () -> it[0] = initiator("/a", "/b", "/c"));
    }

    @Test
    void aResponderAnswersEachProposalHoweverTheyAreCut() {
        Multistream.Responder[] it = new Multistream.Responder[1];
        byte[] sent = concat(messages(HEADER, "/a", "/b"), bytes("early"));
        atEveryCut(sent, "/b", 5, messages(HEADER, "na", "/b"), (i, o) -> it[0].step(i, o), () -> it[0] = responder("/c", "/b"));
    }

    @Test
    void aResponderIsSilentUntilItHearsTheHeader() {
        assertThat(responder("/a").step(new Buf(raw(0x13)), out)).isNull();
        assertThat(out.isEmpty()).isTrue();
    }

    @Test
    void aResponderAnswersTheHeaderOfAPeerThatWaitsForOurs() {
        assertThat(responder("/a").step(new Buf(messages(HEADER)), out)).isNull();
        assertThat(out.takeAll()).isEqualTo(messages(HEADER));
    }

    @Test
    void nothingInCommonFailsTheNegotiation() {
        Violation v = violation(() -> initiator("/a", "/b").step(new Buf(messages(HEADER, "na", "na")), out));
        assertThat(v.code()).isEqualTo(Codes.PROTOCOL_NEGOTIATION_FAILED);
    }

    @Test
    void anEchoOfAnotherIdIsAViolation() {
        violation(() -> initiator("/a", "/b").step(new Buf(messages(HEADER, "/b")), out));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/multistream/1.0.1", "/multistream/1.0.", "/noise", "na", "ls", "GET / HTTP/1.1"})
    void anyOtherFirstMessageThanTheHeaderIsAViolation(String first) {
        violation(() -> initiator("/a").step(new Buf(messages(first)), out));
        violation(() -> responder("/a", "/noise").step(new Buf(messages(first)), out));
        assertThat(out.end).isZero();
    }

    // jvm-libp2p answers no ls
    @Test
    void lsIsAnsweredByOneMessageThatHoldsAMessageForEachId() {
        Multistream.Responder r = responder("/a/1", "/bb/2");
        assertThat(r.step(new Buf(messages(HEADER, "ls")), out)).isNull();
        byte[] ids = concat(messages("/a/1", "/bb/2"), bytes("\n"));
        assertThat(out.takeAll()).isEqualTo(concat(messages(HEADER), raw(ids.length), ids));
        assertThat(r.step(new Buf(messages("/a/1")), out)).isEqualTo("/a/1");
    }

    @Test
    void theListIsBoundedAndAnsweredOnce() {
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) many.add("/protocol/number/" + i);
        Multistream.Responder r = new Multistream.Responder(many, 64);
        r.step(new Buf(messages(HEADER, "ls")), out);
        out.skip(messages(HEADER).length);
        long size = out.varint();
        assertThat(size).isBetween(16_000L, (long) Multistream.LIST_MAX).isEqualTo(out.size());
        out.clear();
        violation(() -> r.step(new Buf(messages("ls")), out));
        assertThat(out.isEmpty()).isTrue();
    }

    // Ethereum nodes were once taken down by a flood of tiny messages (jvm-libp2p issue 127)
    @Test
    void aFloodOfTinyMessagesEndsAtTheLimitAndIsAnsweredNoFurther() {
        Buf flood = new Buf(64 * 1024);
        flood.put(messages(HEADER));
        while (flood.room() >= 3) flood.put(messages("x"));
        violation(() -> responder("/a").step(flood, out));
        assertThat(out.size()).isEqualTo(messages(HEADER).length + (MESSAGES_MAX - 1) * messages("na").length);
    }

    @Test
    void asManyMessagesAsTheLimitAllowsAreStillFine() {
        String[] said = new String[MESSAGES_MAX];
        java.util.Arrays.fill(said, "/x");
        said[0] = HEADER;
        said[MESSAGES_MAX - 1] = "/a";
        assertThat(responder("/a").step(new Buf(messages(said)), out)).isEqualTo("/a");
    }

    @Test
    void anInitiatorBoundsWhatItListensToAsWell() {
        String[] ids = new String[MESSAGES_MAX + 1];
        String[] said = new String[MESSAGES_MAX + 1];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = "/" + i;
            said[i] = "na";
        }
        said[0] = HEADER;
        assertThat(violation(() -> initiator(ids).step(new Buf(messages(said)), out)).code()).isEqualTo(Codes.PROTOCOL_VIOLATION);
    }

    @Test
    void aMessageOfTheLongestSizeIsTakenAndOneByteMoreIsRefusedByItsLengthAlone() {
        String longest = "/" + "x".repeat(Multistream.MESSAGE_MAX - 2);
        Buf taken = new Buf(2048);
        taken.put(messages(HEADER)).putVarint(Multistream.MESSAGE_MAX).put(bytes(longest)).putU8('\n');
        assertThat(responder(longest).step(taken, out)).isEqualTo(longest);
        Buf refused = new Buf(64);
        refused.put(messages(HEADER)).putVarint(Multistream.MESSAGE_MAX + 1);
        violation(() -> responder("/a").step(refused, out));
    }

    @Test
    void lengthsThatAreEndlessOrHugeOrNothingAreRefusedBeforeTheirBytesCome() {
        byte[][] prefixes = {
            raw(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), // ten bytes and more
            raw(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f), // 2^63 - 1
            raw(0x80, 0x80, 0x80, 0x80, 0x10), // 2^32
            raw(0x93, 0x00), // 19, but not in its shortest form
            raw(0x00),
        };
        for (byte[] prefix : prefixes) {
            violation(() -> responder("/a").step(new Buf(concat(messages(HEADER), prefix)), out));
            violation(() -> initiator("/a").step(new Buf(concat(messages(HEADER), prefix)), out));
            violation(() -> responder("/a").step(new Buf(prefix), out));
        }
        assertThat(out.size()).isEqualTo(prefixes.length * messages(HEADER).length);
    }

    @Test
    void aMessageMustEndWithItsOnlyNewline() {
        violation(() -> responder("/a").step(new Buf(concat(raw(0x02), bytes("/a"))), out));
        violation(() -> responder("/a").step(new Buf(concat(messages(HEADER), raw(0x04), bytes("/\na\n"))), out));
    }

    @Test
    void idsOfOurOwnMustFitAMessage() {
        for (String id : new String[] {"", "a\nb", "x".repeat(Multistream.MESSAGE_MAX)}) {
            assertThatThrownBy(() -> initiator(id)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> new Multistream.Initiator(List.of(), 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatThePeerSaidIsShownBoundedAndPrintable() {
        String text = "\u001b[2J" + "y".repeat(500);
        Buf said = new Buf(1024).put(messages(HEADER)).putVarint(text.length() + 1).put(bytes(text)).putU8('\n');
        String shown = violation(() -> initiator("/a").step(said, out)).getMessage();
        assertThat(shown).doesNotContain("\u001b").hasSizeLessThan(150);
    }

    @Test
    void garbageEndsAtItsFirstWrongByteHoweverLongItSaysItWillBe() {
        for (byte[] garbage : new byte[][] {bytes("GET / HTTP/1.1"), raw(0x13, '/', 'x'), raw(0x16, 0x03)}) {
            violation(() -> responder("/a").step(new Buf(garbage), out));
            violation(() -> initiator("/a").step(new Buf(garbage), out));
        }
    }

    @Test
    void garbageIsAViolationOrNotYetAMessageAndNothingElse() {
        Rng rng = Rng.seeded(7);
        byte[] good = concat(messages(HEADER, "ls", "/x", "/a"), bytes("rest"));
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = i % 2 == 0 ? rng.bytes(rng.nextInt(64)) : java.util.Arrays.copyOf(good, good.length);
            if (i % 2 == 1) bad[rng.nextInt(bad.length)] = (byte) rng.nextInt(256);
            try {
                responder("/a").step(new Buf(bad), out.clear());
                initiator("/a", "/b").step(new Buf(bad), out.clear());
            } catch (Violation expected) {
                assertThat(expected.getMessage()).isNotEmpty();
            }
        }
    }
}
