package libp2p.interop.browsers;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import libp2p.multiformats.Nullable;

/** The browsers that can be driven, and how they are started without a screen. */
enum Browser {
    CHROMIUM("chromium", List.of("chromium", "chromium-browser", "google-chrome"), true) {
        @Override
        List<String> options(Path profile, Certificate wss, String url) {
            List<String> all = new ArrayList<>(List.of("--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking",
                    "--disable-component-update", "--disable-sync", "--disable-extensions",
                    "--no-zygote", // without it, it stands still under libfaketime
                    // all that this run has to do with is on this machine
                    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
                    "--allow-loopback-in-peer-connection",
                    "--ignore-certificate-errors-spki-list=" + wss.keyHash(),
                    "--user-data-dir=" + profile));
            if (System.getProperty("user.name").equals("root")) all.add("--no-sandbox");
            all.add(url);
            return all;
        }

        @Override
        void prepare(Path profile, Certificate wss, int port) {}
    },

    FIREFOX("firefox", List.of("firefox-esr", "firefox"), false) {
        @Override
        List<String> options(Path profile, Certificate wss, String url) {
            return List.of("--headless", "--no-remote", "--profile", profile.toString(), url);
        }

        @Override
        void prepare(Path profile, Certificate wss, int port) throws IOException {
            Files.writeString(profile.resolve("user.js"), FIREFOX_PREFERENCES);
            // An exception as a user makes it who looks at the warning and goes on; the number is that of SHA-256.
            Files.writeString(profile.resolve("cert_override.txt"), "# PSM Certificate Override Settings file\n127.0.0.1:" + port
                    + ":\tOID.2.16.840.1.101.3.4.2.1\t" + wss.hash() + "\t\n");
        }
    };

    private static final long VERSION_SECONDS = 60;
    private static final Pattern VERSION = Pattern.compile("\\d+(\\.\\w+)+");
    private static final String FIREFOX_PREFERENCES = String.join("\n",
            "user_pref('media.peerconnection.ice.loopback', true);",
            // loopback is for pages that might see the camera only
            "user_pref('permissions.default.camera', 1);",
            // nothing that is not on this machine
            "user_pref('app.normandy.enabled', false);",
            "user_pref('app.update.enabled', false);",
            "user_pref('browser.aboutwelcome.enabled', false);",
            "user_pref('browser.safebrowsing.downloads.remote.enabled', false);",
            "user_pref('browser.safebrowsing.malware.enabled', false);",
            "user_pref('browser.safebrowsing.phishing.enabled', false);",
            "user_pref('browser.search.update', false);",
            "user_pref('browser.shell.checkDefaultBrowser', false);",
            "user_pref('datareporting.healthreport.uploadEnabled', false);",
            "user_pref('datareporting.policy.dataSubmissionEnabled', false);",
            "user_pref('dom.push.connection.enabled', false);",
            "user_pref('extensions.systemAddon.update.enabled', false);",
            "user_pref('extensions.update.enabled', false);",
            "user_pref('network.captive-portal-service.enabled', false);",
            "user_pref('network.connectivity-service.enabled', false);",
            "user_pref('network.dns.disablePrefetch', true);",
            "user_pref('network.proxy.type', 0);",
            "user_pref('security.OCSP.enabled', 0);",
            "user_pref('services.settings.server', 'http://127.0.0.1:1');",
            "user_pref('toolkit.telemetry.enabled', false);",
            "user_pref('toolkit.telemetry.unified', false);",
            "");

    private final String title;
    private final List<String> programs;
    private final boolean laterToo;

    Browser(String title, List<String> programs, boolean laterToo) {
        this.title = title;
        this.programs = programs;
        this.laterToo = laterToo;
    }

    /** What comes behind the program. */
    abstract List<String> options(Path profile, Certificate wss, String url);

    /** Puts into an empty profile what is needed to trust a node at that port. */
    abstract void prepare(Path profile, Certificate wss, int port) throws IOException;

    /** Its name in results. */
    String title() {
        return title;
    }

    /** Whether its clock can be days ahead too: Firefox does not start under libfaketime. */
    boolean laterToo() {
        return laterToo;
    }

    /** Its program on this machine; null if there is none. */
    @Nullable Path program() {
        String path = System.getenv("PATH");
        for (String name : programs) {
            for (String folder : (path == null ? "" : path).split(File.pathSeparator)) {
                Path there = Path.of(folder, name);
                if (Files.isExecutable(there)) return there;
            }
        }
        return null;
    }

    /** What it says of itself. */
    String version(Path program) throws IOException, InterruptedException {
        Process p = new ProcessBuilder(program.toString(), "--version").redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!p.waitFor(VERSION_SECONDS, TimeUnit.SECONDS)) {
            p.destroyForcibly();
            throw new IOException(program + " does not tell its version");
        }
        Matcher m = VERSION.matcher(said);
        if (!m.find()) throw new IOException(program + " tells no version: " + said);
        return m.group();
    }

    /** Starts it on a page; its home is the profile. */
    Process start(Path program, Path profile, Certificate wss, String url, Map<String, String> environment, Path log) throws IOException {
        List<String> line = new ArrayList<>(List.of(program.toString()));
        line.addAll(options(profile, wss, url));
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        builder.environment().put("HOME", profile.toString());
        return builder.start();
    }
}
