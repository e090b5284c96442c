package libp2p.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import libp2p.identify.Identify;
import libp2p.jvm.Host;
import libp2p.jvm.JvmCrypto;
import libp2p.ping.Ping;

/** A node with a new key that listens, speaks ping and identify, and is connected to nobody; nothing of the measurement is in it. */
public final class Start {
    private Start() {}

    /** Says {@code ready} when it listens, and at each line of input how much of it is resident. */
    public static void main(String[] args) throws Exception {
        JvmCrypto crypto = JvmCrypto.create(!args[0].equals("no-conscrypt"));
        Host host = Host.builder().crypto(crypto).protocol(new Ping(), new Identify()).listen("/ip4/127.0.0.1/tcp/0").start();
        if (host.addresses().isEmpty()) throw new IllegalStateException("does not listen");
        System.out.println("ready");
        while (true) {
            int c = System.in.read();
            if (c < 0) Runtime.getRuntime().halt(0);
            if (c != '\n') continue;
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmRSS:")) System.out.println(Long.parseLong(line.replaceAll("\\D", "")) * 1024);
            }
        }
    }
}
