package libp2p.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class GossipExampleTest {
    @Test
    void whatIsPublishedIsHeard() throws Exception {
        assertEquals("a block", GossipExample.publish("a block"));
    }
}
