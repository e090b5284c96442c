package libp2p.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code libp2p} command: exit codes 0 done, 1 failed, 2 wrong usage. */
@Command(
        name = "libp2p",
        description = "A libp2p node, and tools to talk to others.",
        mixinStandardHelpOptions = true,
        version = "java-libp2p " + Main.VERSION,
        subcommands = {
            DemoCommand.class,
            NodeCommand.class,
            PingCommand.class,
            IdentifyCommand.class,
            PerfCommand.class,
            EchoCommand.class,
            PubsubCommand.class,
            KeyCommand.class,
            SimCommand.class,
            AutoComplete.GenerateCompletion.class,
            CommandLine.HelpCommand.class
        })
public final class Main {
    static final String VERSION = "0.1.0-SNAPSHOT";

    private Main() {}

    /** Runs the command and exits. */
    public static void main(String[] args) {
        System.exit(run(new PrintWriter(System.out, true, UTF_8), new PrintWriter(System.err, true, UTF_8), args));
    }

    /** Runs the command and returns its exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine command = new CommandLine(new Main());
        if (args.length == 0) {
            command.usage(err);
            return CommandLine.ExitCode.USAGE;
        }
        return execute(command, out, err, args);
    }

    /** Runs a command, says what goes wrong in one line, and returns its exit code. */
    static int execute(CommandLine command, PrintWriter out, PrintWriter err, String... args) {
        command.setOut(out).setErr(err);
        command.setExecutionExceptionHandler((e, where, parsed) -> {
            where.getErr().println(where.getColorScheme().errorText("libp2p: " + said(e)));
            return CommandLine.ExitCode.SOFTWARE;
        });
        command.setParameterExceptionHandler((e, wrong) -> {
            CommandLine where = e.getCommandLine();
            where.getErr().println(where.getColorScheme().errorText("libp2p: " + e.getMessage()));
            CommandLine.UnmatchedArgumentException.printSuggestions(e, where.getErr());
            where.getErr().println("Try '" + where.getCommandSpec().qualifiedName() + " --help'.");
            return CommandLine.ExitCode.USAGE;
        });
        return command.execute(args);
    }

    /** What went wrong, in one line; what files throw says no more than their name. */
    private static String said(Exception e) {
        String message = e.getMessage();
        if (e instanceof FileAlreadyExistsException) return "there is already a file " + message;
        if (e instanceof NoSuchFileException) return "there is no file or folder " + message;
        if (e instanceof AccessDeniedException) return "no access to " + message;
        return message == null ? e.toString() : message;
    }
}
