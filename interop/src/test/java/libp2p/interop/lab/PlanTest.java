package libp2p.interop.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PlanTest {
    private static final Plan.Wish ALL = new Plan.Wish(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), false);
    private static final Peer JAVA = peer("java", "['noise','plaintext']", "['yamux','mplex']", "['ed25519','ecdsa']",
            "{'transport':'both','echo':'both'}");
    private static final Peer JS = peer("js", "['noise','plaintext']", "['yamux']", "['ed25519']", "{'transport':'both','echo':'client'}");

    private static Peer peer(String name, String security, String muxers, String keys, String features) {
        String json = "{'dials':['tcp'],'listens':['tcp'],'security':" + security + ",'muxers':" + muxers + ",'keys':" + keys
                + ",'features':" + features + "}";
        try {
            return new Peer(name, List.of(), JsonParser.object().from(json.replace('\'', '"')), "");
        } catch (JsonParserException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static List<String> rows(Plan.Wish wish, Peer other) {
        return new Plan(wish, new Features()).pairings(JAVA, other).stream()
                .flatMap(p -> p.tests().stream().map(t -> t.name(p.with()) + (t.skip().isEmpty() ? "" : ": " + t.skip())))
                .toList();
    }

    @Test
    void everyCombinationThatOneOfTheTwoHasIsARowInBothDirections() {
        assertThat(rows(ALL, JS)).hasSize(2 * 2 * 2 * 2).contains(
                "java x js (tcp, noise, yamux) transport",
                "js x java (tcp, noise, yamux) transport",
                "js x java (tcp, noise, yamux) echo",
                "java x js (tcp, noise, yamux) echo: js does not serve echo",
                "java x js (tcp, noise, mplex) transport: js has no mplex",
                "js x java (tcp, noise, yamux, ecdsa) transport: js has no ecdsa keys");
    }

    @Test
    void plaintextIsTriedOnlyWhenItIsNamed() {
        assertThat(rows(ALL, JS)).noneMatch(r -> r.contains("plaintext"));
        Plan.Wish wish = new Plan.Wish(List.of(), List.of(), List.of("plaintext"), List.of(), List.of(), List.of(), false);
        assertThat(rows(wish, JS)).isNotEmpty().allMatch(r -> r.contains("plaintext"));
    }

    @Test
    void aPeerThatCouldNotBeSetUpIsSkippedInEachRow() {
        Peer missing = new Peer("rust", List.of(), new JsonObject(), "Cargo was not found");
        assertThat(rows(ALL, missing)).hasSize(16).allMatch(r -> r.endsWith(": rust could not be set up: Cargo was not found"));
    }

    @Test
    void quickTakesEachProtocolOnceAndNothingThatWouldBeSkipped() {
        Plan.Wish quick = new Plan.Wish(List.of("transport"), List.of(), List.of(), List.of(), List.of(), List.of(), true);
        assertThat(rows(quick, JS)).containsExactly("java x js (tcp, noise, yamux) transport", "js x java (tcp, noise, yamux) transport");
    }

    @Test
    void onlyNamesOnePairInOneCombination() {
        Plan.Wish wish = new Plan.Wish(List.of(), List.of(), List.of(), List.of(), List.of(), List.of("js x java (tcp, noise, yamux)"),
                false);
        assertThat(rows(wish, JS)).containsExactly("js x java (tcp, noise, yamux) transport", "js x java (tcp, noise, yamux) echo");
    }
}
