package libp2p.interop.contracts;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import libp2p.core.node.Protocol;
import libp2p.jvm.Host;

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
        try (Host host = new Parts(variables).builder().protocol(protocols).start()) {
            String address = new Rendezvous(variables).find();
            System.err.println("dialling " + address);
            System.out.println(dialler.run(host, address));
        }
    }

    private static void listen(Variables variables, Protocol... protocols) throws IOException, InterruptedException {
        Parts parts = new Parts(variables);
        try (Host host = parts.builder().listen(parts.address()).protocol(protocols).start()) {
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
}
