package libp2p.interop.contracts;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import libp2p.multiformats.Nullable;

/**
 * The four commands of Redis through which the suites' applications find each other, in its serialization protocol of version 2.
 *
 * <p>Blocks. A server that answers with an error, or with more than a mebibyte, makes an {@link IOException}.
 */
final class Redis implements AutoCloseable {
    private static final int DEFAULT_PORT = 6379;
    private static final int CONNECT_MILLIS = 10_000;
    private static final int ANSWER_MILLIS = 10_000;
    private static final int BYTES_MAX = 1 << 20;

    private final Socket socket;
    private final InputStream in;

    /** Connects to {@code host:port}, or to {@code host} on the usual port. */
    Redis(String address) throws IOException {
        int colon = address.lastIndexOf(':');
        String host = colon < 0 ? address : address.substring(0, colon);
        int port = colon < 0 ? DEFAULT_PORT : Integer.parseInt(address.substring(colon + 1));
        socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** The value of a key, or null. */
    @Nullable String get(String key) throws IOException {
        return one(ask(ANSWER_MILLIS, "GET", key));
    }

    void set(String key, String value) throws IOException {
        ask(ANSWER_MILLIS, "SET", key, value);
    }

    void append(String list, String value) throws IOException {
        ask(ANSWER_MILLIS, "RPUSH", list, value);
    }

    /** Takes the first value of a list, for which it waits; null if none came in time. */
    @Nullable String take(String list, int seconds) throws IOException {
        String[] listAndValue = ask(seconds * 1000 + ANSWER_MILLIS, "BLPOP", list, Integer.toString(seconds));
        return listAndValue.length < 2 ? null : listAndValue[1];
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private static @Nullable String one(String[] answer) {
        return answer.length == 0 ? null : answer[0];
    }

    private String[] ask(int millis, String... words) throws IOException {
        socket.setSoTimeout(millis);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        put(out, "*" + words.length);
        for (String word : words) {
            byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
            put(out, "$" + bytes.length);
            out.write(bytes);
            put(out, "");
        }
        socket.getOutputStream().write(out.toByteArray());
        return answer();
    }

    private static void put(ByteArrayOutputStream out, String line) {
        out.writeBytes((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** The parts of the answer; none for nil. */
    private String[] answer() throws IOException {
        String line = line();
        String rest = line.substring(1);
        switch (line.charAt(0)) {
            case '+', ':':
                return new String[] {rest};
            case '$':
                return bulk(size(rest));
            case '*':
                String[] parts = new String[Math.max(0, size(rest))];
                for (int i = 0; i < parts.length; i++) parts[i] = String.join("", answer());
                return parts;
            case '-':
                throw new IOException("redis: " + rest);
            default:
                throw new IOException("redis answered " + line);
        }
    }

    private String[] bulk(int size) throws IOException {
        if (size < 0) return new String[0];
        byte[] bytes = in.readNBytes(size);
        if (bytes.length < size || !line().isEmpty()) throw new EOFException("redis ended within a value");
        return new String[] {new String(bytes, StandardCharsets.UTF_8)};
    }

    private static int size(String digits) throws IOException {
        try {
            int n = Integer.parseInt(digits);
            if (n <= BYTES_MAX) return n;
        } catch (NumberFormatException e) {
            throw new IOException("redis answered with a size of " + digits, e);
        }
        throw new IOException("redis answered with " + digits + " bytes");
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\r'; b = in.read()) {
            if (b < 0) throw new EOFException("redis has closed the connection");
            if (line.length() == BYTES_MAX) throw new IOException("redis sends a line without an end");
            line.append((char) b);
        }
        if (in.read() != '\n') throw new IOException("redis sent a line that does not end as it must");
        return line.toString();
    }
}
