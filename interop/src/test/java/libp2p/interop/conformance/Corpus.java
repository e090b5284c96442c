package libp2p.interop.conformance;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Reads the files of conformance/. */
public final class Corpus {
    private Corpus() {}

    /** Each case with its name. */
    public static Stream<Arguments> cases(String file) {
        try {
            JsonObject all = JsonParser.object().from(Files.readString(folder().resolve(file + ".json")));
            List<Arguments> cases = new ArrayList<>();
            for (Object o : all.getArray("cases")) cases.add(Arguments.of(((JsonObject) o).getString("name"), o));
            return cases.stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (JsonParserException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Tests run in their module's folder or in the root. */
    static Path folder() {
        Path here = Path.of("conformance");
        return Files.isDirectory(here) ? here : Path.of("..").resolve(here);
    }

    /** The bytes under a name. */
    public static byte[] bytes(JsonObject from, String name) {
        return HexFormat.of().parseHex(from.getString(name));
    }

    /** The texts under a name. */
    public static List<String> texts(JsonObject from, String name) {
        JsonArray array = from.getArray(name);
        List<String> all = new ArrayList<>();
        for (Object o : array) all.add((String) o);
        return all;
    }
}
