package libp2p.interop.gossip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.grack.nanojson.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {
    private final Spread spread = new Spread(3, 10, 2, Spread.Of.MESSAGES);

    @Test
    void reachCountsWhoPublishesAndEachWhoReceives() {
        told(Receipts.PUBLISHING, 10, 0, 0);
        told(Receipts.RECEIVED, 10, 1, 5);
        told(Receipts.RECEIVED, 10, 2, 9);
        told(Receipts.PUBLISHING, 11, 1, 100);
        told(Receipts.RECEIVED, 11, 2, 107);
        assertEquals(5.0 / 6, spread.reach());
        assertEquals(List.of("message 11 of java 1, did not reach go 0"), spread.missed(n -> n == 0 ? "go" : "java"));
        assertEquals(7, spread.millis(0.5));
    }

    @Test
    void whatWarmsUpDoesNotCount() {
        told(Receipts.PUBLISHING, 9, 0, 0);
        told(Receipts.RECEIVED, 9, 1, 5);
        told(Receipts.RECEIVED, 12, 1, 5);
        assertEquals(0, spread.reach());
    }

    @Test
    void copiesAreThoseBeyondTheFirstAndAreKnownByNode() {
        told(Receipts.PUBLISHING, 10, 0, 0);
        for (int copy = 0; copy < 4; copy++) told(Receipts.RECEIVED, 10, 1, 5 + copy);
        told(Receipts.RECEIVED, 10, 2, 9);
        assertEquals(0.5, spread.duplicates());
        assertEquals(1.5, spread.duplicates(n -> n == 1));
        assertEquals(0, spread.duplicates(n -> n == 2));
    }

    private void told(String what, long id, int node, int millis) {
        JsonObject told = new JsonObject();
        told.put("msg", what);
        told.put("id", Long.toString(id));
        told.put("node_id", node);
        told.put("time", String.format("2026-01-01T00:00:00.%03dZ", millis));
        spread.take(told);
    }
}
