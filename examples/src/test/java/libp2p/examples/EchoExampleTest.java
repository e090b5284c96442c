package libp2p.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class EchoExampleTest {
    @Test
    void whatIsSaidComesBack() throws Exception {
        assertEquals("hello", EchoExample.echo("hello"));
    }
}
