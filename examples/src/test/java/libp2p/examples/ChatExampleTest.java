package libp2p.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.LinkedBlockingQueue;
import libp2p.jvm.Host;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ChatExampleTest {
    @Test
    void whatOneSaysTheOthersReadAndTheyHearWhoHasGone() throws Exception {
        LinkedBlockingQueue<String> hall = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<String> guest = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<String> second = new LinkedBlockingQueue<>();
        try (Host a = Host.builder().listen("/ip4/127.0.0.1/tcp/0").start();
                ChatExample inHall = new ChatExample(a, hall::add);
                Host b = Host.builder().start();
                Host c = Host.builder().start();
                ChatExample third = new ChatExample(c, second::add)) {
            try (ChatExample visiting = new ChatExample(b, guest::add)) {
                visiting.join(a.addresses().get(0).toString());
                assertThat(guest.take()).isEqualTo("* " + a.id() + " is here");
                visiting.say("hello");
                assertThat(hall.take()).isEqualTo("* " + b.id() + " is here");
                assertThat(hall.take()).isEqualTo(b.id() + ": hello");
                inHall.say("welcome");
                assertThat(guest.take()).isEqualTo(a.id() + ": welcome");
                third.join(a.addresses().get(0).toString());
                assertThat(hall.take()).isEqualTo("* " + c.id() + " is here");
                assertThat(second.take()).isEqualTo("* " + a.id() + " is here");
                third.say("\u001b[2Jhi");
                assertThat(hall.take()).isEqualTo(c.id() + ":  [2Jhi");
                assertThat(guest.take()).isEqualTo(a.id() + ": " + c.id() + ":  [2Jhi");
            }
            assertThat(hall.take()).isEqualTo("* " + b.id() + " has gone");
        }
    }
}
