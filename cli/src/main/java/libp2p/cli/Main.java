package libp2p.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code libp2p} command: exit codes 0 done, 1 failed, 2 wrong usage. */
@Command(
        name = "libp2p",
        description = "A libp2p node, and tools to talk to others.",
        mixinStandardHelpOptions = true,
        version = "java-libp2p 0.1.0-SNAPSHOT",
        subcommands = {
            DemoCommand.class,
            NodeCommand.class,
            PingCommand.class,
            IdentifyCommand.class,
            PerfCommand.class,
            EchoCommand.class,
            PubsubCommand.class,
            KeyCommand.class,
            AutoComplete.GenerateCompletion.class,
            CommandLine.HelpCommand.class
        })
public final class Main {
    private Main() {}

    /** Runs the command and exits. */
    public static void main(String[] args) {
        System.exit(run(new PrintWriter(System.out, true, UTF_8), new PrintWriter(System.err, true, UTF_8), args));
    }

    /** Runs the command and returns its exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine command = new CommandLine(new Main());
        command.setOut(out).setErr(err);
        command.setExecutionExceptionHandler((e, where, parsed) -> {
            String message = e.getMessage();
            where.getErr().println(where.getColorScheme().errorText("libp2p: " + (message == null ? e.toString() : message)));
            return CommandLine.ExitCode.SOFTWARE;
        });
        if (args.length == 0) {
            command.usage(err);
            return CommandLine.ExitCode.USAGE;
        }
        return command.execute(args);
    }
}
