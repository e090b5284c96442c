package libp2p.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.time.Duration;
import libp2p.core.identity.PeerId;
import libp2p.jvm.Host;
import libp2p.jvm.PeerSocket;

/** A node that sends back what it hears, and one that talks to it. */
public final class EchoExample {
    private static final String ECHO = "/echo/1.0.0";

    private EchoExample() {}

    /** Prints what comes back. */
    public static void main(String[] args) throws IOException {
        System.out.println(echo("hello"));
    }

    static String echo(String text) throws IOException {
        try (Host alice = Host.builder().start();
                Host bob = Host.builder().listen("/ip4/127.0.0.1/tcp/0").start()) {
            bob.handle(ECHO, socket -> socket.in().transferTo(socket.out()));
            PeerId id = alice.connect(bob.addresses().get(0));
            try (PeerSocket socket = alice.open(id, ECHO).timeout(Duration.ofSeconds(5))) {
                socket.out().write(text.getBytes(UTF_8));
                socket.finish();
                return new String(socket.in().readAllBytes(), UTF_8);
            }
        }
    }
}
