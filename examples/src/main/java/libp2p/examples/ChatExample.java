package libp2p.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import libp2p.jvm.Host;
import libp2p.jvm.PeerSocket;

/**
 * A room to talk in: what one types, the others read.
 *
 * <p>Run it without arguments; it prints its addresses. Run it again, here or on another machine, with one of these: {@code ChatExample
 * /ip4/10.0.0.7/tcp/4001/p2p/12D3...}. Each one that joins tells the others, through the one it joined at.
 */
public final class ChatExample implements AutoCloseable {
    private static final String CHAT = "/example/chat/1.0.0";
    private static final int LINE_MAX = 4096; // bytes; a longer one ends the talk with that peer

    private final Host host;
    private final Consumer<String> screen;
    private final Set<PeerSocket> others = ConcurrentHashMap.newKeySet();

    /** A room for whoever connects to the host; what is said in it is shown on the screen. */
    public ChatExample(Host host, Consumer<String> screen) {
        this.host = host;
        this.screen = screen;
        host.handle(CHAT, this::listen); // each peer has a thread of its own, which ends with the talk
    }

    /** Joins the room of another. */
    public void join(String address) throws IOException {
        PeerSocket socket = host.open(host.connect(address), CHAT);
        Thread thread = new Thread(() -> listen(socket), "chat");
        thread.setDaemon(true);
        thread.start();
    }

    private void listen(PeerSocket socket) {
        String name = socket.remote().toString();
        others.add(socket);
        screen.accept("* " + name + " is here");
        try (socket) {
            for (byte[] line = socket.readMessage(LINE_MAX); line != null; line = socket.readMessage(LINE_MAX)) {
                String said = new String(line, UTF_8).replaceAll("\\p{Cntrl}", " "); // others do not control our terminal
                screen.accept(name + ": " + said);
                tell(name + ": " + said, socket);
            }
            socket.finish();
        } catch (IOException e) {
            // It has gone without a word, which is told as the other way of going is.
        } finally {
            others.remove(socket);
            screen.accept("* " + name + " has gone");
        }
    }

    /** Says a line to all. */
    public void say(String line) {
        tell(line, null);
    }

    private void tell(String line, PeerSocket except) {
        byte[] message = line.getBytes(UTF_8);
        for (PeerSocket other : others) {
            if (other == except) continue;
            try {
                synchronized (other) {
                    other.writeMessage(message);
                }
            } catch (IOException e) {
                other.reset(0); // whoever listens to it tells that it has gone
            }
        }
    }

    @Override
    public void close() {
        for (PeerSocket other : others) {
            try {
                other.finish();
            } catch (IOException e) {
                // It has gone already.
            }
        }
    }

    /** Talks until the input ends. */
    public static void main(String[] args) throws IOException {
        try (Host host = Host.builder().listen("/ip4/0.0.0.0/tcp/0").start();
                ChatExample chat = new ChatExample(host, System.out::println);
                BufferedReader typed = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
            host.addresses().forEach(a -> System.out.println("join with: " + a));
            if (args.length > 0) chat.join(args[0]);
            for (String line = typed.readLine(); line != null; line = typed.readLine()) chat.say(line);
        }
    }
}
