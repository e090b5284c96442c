package libp2p.jvm;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;

/** Threads that may block: virtual ones where there are any (Java 21 and later), else daemons that are kept for reuse. */
public final class Threads {
    private Threads() {}

    /** An executor that has a thread for each task, so that tasks may block. */
    @BeyondAndroid26("MethodHandle.invokeExact, since virtual threads have a name only from Java 21 on")
    public static ExecutorService perTask(String name) {
        try {
            MethodHandle virtual = MethodHandles.publicLookup()
                    .findStatic(Executors.class, "newVirtualThreadPerTaskExecutor", MethodType.methodType(ExecutorService.class));
            return (ExecutorService) virtual.invokeExact();
        } catch (NoSuchMethodException | IllegalAccessException e) {
            return Executors.newCachedThreadPool(daemons(name));
        } catch (Throwable e) {
            throw new IllegalStateException("virtual threads", e);
        }
    }

    /** Daemon threads with a name and a number. */
    public static ThreadFactory daemons(String name) {
        AtomicLong count = new AtomicLong();
        return task -> {
            Thread t = new Thread(task, name + "-" + count.incrementAndGet());
            t.setDaemon(true);
            return t;
        };
    }

    /** Runs one task on a thread of its own. */
    static void run(Runnable task) {
        daemons("libp2p-look").newThread(task).start();
    }
}
