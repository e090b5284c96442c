package libp2p.interop.contracts;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** As much of Redis as the suites' applications use, on a free port of loopback: GET, SET, RPUSH, BLPOP. */
final class RespServer implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    private final Map<String, String> values = new ConcurrentHashMap<>();
    private final Map<String, BlockingQueue<String>> lists = new ConcurrentHashMap<>();

    RespServer() throws IOException {
        start(() -> {
            while (true) {
                Socket client = listener.accept();
                start(() -> serve(client));
            }
        });
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static void start(Work work) {
        Thread t = new Thread(() -> {
            try {
                work.run();
            } catch (IOException | InterruptedException e) {
                // closed, by us or by the client
            }
        });
        t.setDaemon(true);
        t.start();
    }

    String address() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    private void serve(Socket client) throws IOException, InterruptedException {
        try (client) {
            BufferedReader in = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
            OutputStream out = client.getOutputStream();
            for (String head = in.readLine(); head != null; head = in.readLine()) {
                List<String> words = new ArrayList<>();
                for (int n = Integer.parseInt(head.substring(1)); n > 0; n--) {
                    in.readLine(); // its length: no word here has a line break
                    words.add(in.readLine());
                }
                out.write(answer(words).getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    private String answer(List<String> words) throws InterruptedException {
        switch (words.get(0)) {
            case "GET":
                return bulk(values.get(words.get(1)));
            case "SET":
                values.put(words.get(1), words.get(2));
                return "+OK\r\n";
            case "RPUSH":
                list(words.get(1)).add(words.get(2));
                return ":1\r\n";
            case "BLPOP":
                String value = list(words.get(1)).poll(Long.parseLong(words.get(2)), TimeUnit.SECONDS);
                return value == null ? "*-1\r\n" : "*2\r\n" + bulk(words.get(1)) + bulk(value);
            default:
                return "-ERR unknown command\r\n";
        }
    }

    private BlockingQueue<String> list(String name) {
        return lists.computeIfAbsent(name, n -> new LinkedBlockingQueue<>());
    }

    private static String bulk(String value) {
        return value == null ? "$-1\r\n" : "$" + value.length() + "\r\n" + value + "\r\n";
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
