package libp2p.requests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.net.Connection;
import libp2p.core.net.OpenOptions;
import libp2p.core.node.Swarm;
import libp2p.testkit.Caller;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestsTest {
    private final World world = new World(new BouncyCastleCrypto());
    private final Doubler asker = new Doubler();
    private final Doubler answerer = new Doubler();
    private Cancellable last = Cancellable.NONE;

    private World.Result<String> ask(Swarm from, Connection c, String word) {
        World.Result<String> result = new World.Result<>();
        from.loop().execute(() -> last = asker.requests().ask(c, List.of(Doubler.ID), OpenOptions.DEFAULT, word, result));
        world.settle();
        return result;
    }

    private static byte[] bytes(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aQuestionIsAnswered(boolean apart) {
        world.apart(apart);
        Swarm a = world.node(asker);
        Swarm b = world.node(answerer);
        assertThat(ask(a, world.connect(a, b), "abc").value()).isEqualTo("abcabc");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aStreamThatAPeerKeepsForItsNextQuestionDoesNotHoldUpTheEnd(boolean apart) {
        world.apart(apart);
        Swarm b = world.node(answerer);
        Caller caller = world.open(world.connect(world.node(), b), Doubler.ID);
        world.settle();
        World.Result<Void> stopped = new World.Result<>();
        b.loop().execute(() -> b.stop(stopped));
        world.settle();
        assertThat(stopped.isDone()).isTrue();
        assertThat(caller.closed().code()).isEqualTo(Codes.SHUTDOWN);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPeerIsConnectedIfNeedBe(boolean apart) {
        world.apart(apart);
        Swarm a = world.node(asker);
        Swarm b = world.node(answerer);
        World.Result<String> result = new World.Result<>();
        a.loop().execute(() -> {
            a.peers().add(b.identity().id(), List.of(world.address(b)), 1_000_000_000L);
            asker.requests().ask(b.identity().id(), List.of(Doubler.ID), OpenOptions.DEFAULT, "abc", result);
        });
        world.settle();
        assertThat(result.value()).isEqualTo("abcabc");
    }

    @Test
    void severalQuestionsOnOneStreamAreAnsweredInTurn() {
        Swarm b = world.node(answerer);
        Caller caller = world.open(world.connect(world.node(), b), Doubler.ID).send(bytes("\001a\004wait\001b"));
        world.settle();
        assertThat(answerer.heard).containsExactly("a", "wait");
        assertThat(caller.received()).isEqualTo(bytes("\002aa"));
        answerer.waiting.get(0).done("now", null);
        world.settle();
        assertThat(answerer.heard).containsExactly("a", "wait", "b");
        assertThat(caller.received()).isEqualTo(bytes("\002aa\003now\002bb"));
    }

    @Test
    void anAnswerGivenTwiceIsSentOnce() {
        Swarm b = world.node(answerer);
        Caller caller = world.open(world.connect(world.node(), b), Doubler.ID).send(bytes("\004wait\004wait"));
        world.settle();
        answerer.waiting.get(0).done("one", null);
        world.settle();
        answerer.waiting.get(0).done("two", null);
        world.settle();
        assertThat(caller.received()).isEqualTo(bytes("\003one"));
    }

    @Test
    void aRefusalResetsTheStreamWithItsCode() {
        Swarm a = world.node(asker);
        World.Result<String> result = ask(a, world.connect(a, world.node(answerer)), "no");
        assertThat(result.failure().kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
        assertThat(result.failure().code()).isEqualTo(0x12345);
    }

    @Test
    void noAnswerInTimeIsATimeOut() {
        Swarm a = world.node(asker);
        World.Result<String> result = ask(a, world.connect(a, world.node(answerer)), "wait");
        world.advance(Doubler.PARAMS.askNanos() - 1);
        assertThat(result.isDone()).isFalse();
        world.advance(1);
        assertThat(result.failure().kind()).isEqualTo(CloseReason.Kind.TIMED_OUT);
        answerer.waiting.get(0).done("late", null);
        world.settle();
    }

    @Test
    void aCancelledQuestionCallsBackOnce() {
        Swarm a = world.node(asker);
        World.Result<String> result = ask(a, world.connect(a, world.node(answerer)), "wait");
        last.cancel();
        last.cancel();
        world.settle();
        assertThat(result.failure()).isEqualTo(CloseReason.CANCELLED);
    }

    @Test
    void oneQuestionTooManyIsRefused() {
        Swarm a = world.node(asker);
        Connection c = world.connect(a, world.node(answerer));
        List<World.Result<String>> results = new ArrayList<>();
        for (int i = 0; i <= Doubler.PARAMS.asksMax(); i++) results.add(ask(a, c, "wait"));
        assertThat(results.get(Doubler.PARAMS.asksMax()).failure().code()).isEqualTo(Codes.RESOURCE_LIMIT_EXCEEDED);
        assertThat(results.get(0).isDone()).isFalse();
        world.advanceSeconds(10);
        assertThat(ask(a, c, "a").value()).isEqualTo("aa");
    }

    @Test
    void aQuestionOneByteTooLargeIsAViolationAndTheLargestIsNot() {
        Swarm b = world.node(answerer);
        Connection c = world.connect(world.node(), b);
        Buf most = new Buf(2 + Doubler.WORD_MAX).putVarint(Doubler.WORD_MAX).put(bytes("a".repeat(Doubler.WORD_MAX)));
        Caller largest = world.open(c, Doubler.ID).send(most.array).finish();
        Caller larger = world.open(c, Doubler.ID).send(new Buf(2).putVarint(Doubler.WORD_MAX + 1).array);
        world.settle();
        assertThat(largest.received()).hasSize(2 + 2 * Doubler.WORD_MAX);
        assertThat(larger.closed().code()).isEqualTo(Codes.PROTOCOL_VIOLATION);
    }

    @Test
    void aPeerThatAsksNothingIsReset() {
        Caller caller = world.open(world.connect(world.node(), world.node(answerer)), Doubler.ID).send(bytes("\003ab"));
        world.advance(Doubler.PARAMS.idleNanos() - 1);
        assertThat(caller.isOpen()).isTrue();
        world.advance(1);
        assertThat(caller.closed().kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
    }

    @Test
    void aPeerThatFinishesWithinAQuestionBreaksTheRules() {
        Caller caller = world.open(world.connect(world.node(), world.node(answerer)), Doubler.ID).send(bytes("\003ab")).finish();
        world.settle();
        assertThat(caller.closed().code()).isEqualTo(Codes.PROTOCOL_VIOLATION);
    }

    @Test
    void anAnswerThatIsNoneBreaksTheRules() {
        for (String answer : new String[] {"\003A A", "\003ab", "\377\377\177", ""}) {
            Swarm a = world.node(asker);
            Swarm b = world.node();
            b.handle(Doubler.ID, s -> new Caller().send(answer.getBytes(StandardCharsets.ISO_8859_1)).finish());
            assertThat(ask(a, world.connect(a, b), "abc").failure().kind()).isEqualTo(CloseReason.Kind.VIOLATION);
        }
    }

    @Test
    void aLimitedConnectionIsUsedOnlyIfItMayBe() {
        world.network().limited(true);
        Swarm a = world.node(asker);
        Connection c = world.connect(a, world.node(answerer));
        assertThat(ask(a, c, "abc").failure().kind()).isEqualTo(CloseReason.Kind.REFUSED);
        World.Result<String> result = new World.Result<>();
        a.loop().execute(() -> asker.requests().ask(c, List.of(Doubler.ID), OpenOptions.LIMITED, "abc", result));
        world.settle();
        assertThat(result.value()).isEqualTo("abcabc");
    }
}
