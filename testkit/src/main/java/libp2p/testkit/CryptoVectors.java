package libp2p.testkit;

import com.google.gson.Gson;
import com.google.gson.annotations.SerializedName;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/** The published vectors that {@link CryptoContract} checks against: Wycheproof's, and the key fixtures of go-libp2p. */
final class CryptoVectors {
    /** A Wycheproof file: each kind of test uses some of the fields, all bytes in hexadecimal. */
    static final class File {
        List<Group> testGroups = List.of();
    }

    static final class Group {
        int ivSize;
        List<Case> tests = List.of();
    }

    static final class Case {
        int tcId;
        String comment = "";
        String result = "";

        @SerializedName("public")
        String point = "";

        @SerializedName("private")
        String scalar = "";

        String shared = "";
        String key = "";
        String iv = "";
        String aad = "";
        String msg = "";
        String ct = "";
        String tag = "";
        String ikm = "";
        String salt = "";
        String info = "";
        String okm = "";
        int size;

        boolean valid() {
            return result.equals("valid");
        }

        @Override
        public String toString() {
            return "case " + tcId + " (" + comment + ")";
        }
    }

    private CryptoVectors() {}

    static List<Group> wycheproof(String name) {
        return new Gson().fromJson(new String(bytes(name), StandardCharsets.UTF_8), File.class).testGroups;
    }

    static byte[] bytes(String name) {
        try (InputStream in = CryptoVectors.class.getResourceAsStream("crypto/" + name)) {
            if (in == null) throw new AssertionError("no vectors " + name);
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}
