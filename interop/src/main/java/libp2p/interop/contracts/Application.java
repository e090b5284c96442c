package libp2p.interop.contracts;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.node.Protocol;
import libp2p.core.wire.Muxer;
import libp2p.core.wire.Security;
import libp2p.core.wire.mplex.Mplex;
import libp2p.core.wire.noise.Noise;
import libp2p.core.wire.yamux.Yamux;
import libp2p.identify.Identify;
import libp2p.jvm.Host;
import libp2p.jvm.HostBuilder;
import libp2p.jvm.JvmCrypto;

/**
 * The life of a test application: it listens until it is killed, or finds the listener, runs its dialler and ends.
 *
 * <p>Only results go to standard output. Status 0 is a pass; 1 a failure; 2 a combination or variables that make no sense here.
 */
final class Application {
    /** What a contract does as the dialler. */
    interface Dialler {
        /** Runs and gives what to print. */
        String run(Host host, String address) throws Exception;
    }

    private Application() {}

    static int run(Map<String, String> environment, Dialler dialler, Protocol... protocols) {
        try {
            Variables variables = Variables.of(environment);
            watch(variables.seconds());
            if (variables.dialer()) dial(variables, dialler, protocols);
            else listen(variables, protocols);
            return 0;
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return 2;
        } catch (Exception e) {
            e.printStackTrace();
            return 1;
        }
    }

    private static void dial(Variables variables, Dialler dialler, Protocol... protocols) throws Exception {
        try (Host host = builder(variables).protocol(protocols).start()) {
            String address = new Rendezvous(variables).find();
            System.err.println("dialling " + address);
            System.out.println(dialler.run(host, address));
        }
    }

    private static void listen(Variables variables, Protocol... protocols) throws IOException, InterruptedException {
        try (Host host = builder(variables).listen(address(variables)).protocol(protocols).start()) {
            Runtime.getRuntime().addShutdownHook(new Thread(host::close));
            new Rendezvous(variables).leave(host.addresses());
            new CountDownLatch(1).await(); // until the suite kills it, or the watch does
        }
    }

    /** Ends the process when the suite's time is over: whoever started it may be gone. */
    private static void watch(int seconds) {
        Thread watch = new Thread(
                () -> {
                    try {
                        TimeUnit.SECONDS.sleep(seconds);
                    } catch (InterruptedException e) {
                        return;
                    }
                    new TimeoutException("after " + seconds + " s").printStackTrace();
                    Runtime.getRuntime().halt(1);
                },
                "time limit");
        watch.setDaemon(true);
        watch.start();
    }

    private static String address(Variables variables) {
        String ip = "/" + (variables.ip().contains(":") ? "ip6" : "ip4") + "/" + variables.ip();
        return switch (variables.transport()) {
            case "tcp" -> ip + "/tcp/0";
            default -> throw new IllegalArgumentException("no transport " + variables.transport());
        };
    }

    private static HostBuilder builder(Variables variables) {
        address(variables);
        Crypto crypto = JvmCrypto.create();
        SecureRandom secure = new SecureRandom();
        return Host.builder()
                .crypto(crypto)
                .security(security(variables.security(), crypto, Rng.of(secure::nextBytes)))
                .muxer(muxer(variables.muxer()))
                .protocol(new Identify());
    }

    private static Security security(String name, Crypto crypto, Rng random) {
        return switch (name) {
            case "noise" -> Noise.create(crypto, random);
            default -> throw new IllegalArgumentException("no secure channel " + name);
        };
    }

    private static Muxer muxer(String name) {
        return switch (name) {
            case "yamux" -> new Yamux();
            case "mplex" -> new Mplex();
            default -> throw new IllegalArgumentException("no muxer " + name);
        };
    }
}
