package libp2p.jvm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclEntryPermission;
import java.nio.file.attribute.AclEntryType;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import libp2p.core.Crypto;
import libp2p.core.Violation;
import libp2p.core.identity.PrivateKey;
import org.slf4j.LoggerFactory;

/**
 * Files that hold a private key.
 *
 * <p>Written is libp2p's protobuf (specs/peer-ids/peer-ids.md), or PEM with PKCS#8; read are both, and the PEM of
 * {@code EC PRIVATE KEY} and {@code RSA PRIVATE KEY}. A file that is written is its owner's alone from its first moment; one that others
 * may read is read, with a warning.
 */
public final class KeyFile {
    /** Bytes of the longest file. */
    public static final int BYTES_MAX = 64 * 1024;

    /** How a key is written. */
    public enum Form {
        /** The protobuf message, as go-libp2p and others keep it. */
        PROTOBUF,
        /** PKCS#8 in PEM, for other programs. */
        PEM
    }

    private KeyFile() {}

    /** As {@link #read(Path, Crypto, Consumer)}, with the warning in the log. */
    public static PrivateKey read(Path file, Crypto crypto) throws IOException {
        return read(file, crypto, LoggerFactory.getLogger(KeyFile.class)::warn);
    }

    /**
     * Reads a key of any form.
     *
     * @param warning told, in one line, if others than the owner may read the file
     * @throws IOException if there is no such file, it is too long, or it holds no key; the message says which
     */
    public static PrivateKey read(Path file, Crypto crypto, Consumer<String> warning) throws IOException {
        byte[] content = new byte[BYTES_MAX + 1];
        int size;
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining() && in.read(buffer) >= 0) continue;
            size = buffer.position();
        } catch (NoSuchFileException e) {
            throw new IOException("there is no key file " + file, e);
        }
        try {
            if (size > BYTES_MAX) throw new IOException("key file " + file + " is longer than " + BYTES_MAX + " bytes");
            PrivateKey key = parse(Arrays.copyOf(content, size), crypto);
            if (readableByOthers(file)) warning.accept("key file " + file + " can be read by others than its owner");
            return key;
        } catch (Violation v) {
            throw new IOException("key file " + file + " holds no key that libp2p has: " + v.getMessage(), v);
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    /** The key that the content of a file is, in any form; {@link Violation} if it is none. */
    public static PrivateKey parse(byte[] content, Crypto crypto) {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        PrivateKey key = text.contains(Pem.BEGIN) ? Pem.read(text, crypto) : PrivateKey.decode(content);
        key.publicKey(crypto); // a key whose halves do not belong together is none
        return key;
    }

    /** The content of a file with that key. */
    public static byte[] format(PrivateKey key, Form form) {
        return form == Form.PROTOBUF ? key.encode() : Pem.write(key).getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Writes a new file that its owner alone may read and write.
     *
     * @throws FileAlreadyExistsException if there is one: a key is never overwritten
     */
    public static void write(Path file, PrivateKey key, Form form) throws IOException {
        byte[] content = format(key, form);
        Set<OpenOption> create = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel out = FileChannel.open(file, create, ownerOnly(file))) {
            try {
                ByteBuffer buffer = ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) out.write(buffer);
                out.force(true);
            } catch (IOException e) {
                Files.deleteIfExists(file); // half a key is worse than none
                throw e;
            }
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    /** Attributes that a file is created with, so that there is no moment in which others could open it. */
    private static FileAttribute<?>[] ownerOnly(Path file) throws IOException {
        Set<String> views = file.getFileSystem().supportedFileAttributeViews();
        if (views.contains("posix")) {
            return new FileAttribute<?>[] {
                PosixFilePermissions.asFileAttribute(EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE))
            };
        }
        if (!views.contains("acl")) return new FileAttribute<?>[0]; // such as FAT: nothing can be kept from others there
        UserPrincipal owner = file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(System.getProperty("user.name"));
        List<AclEntry> acl = List.of(AclEntry.newBuilder()
                .setType(AclEntryType.ALLOW)
                .setPrincipal(owner)
                .setPermissions(EnumSet.allOf(AclEntryPermission.class))
                .build());
        return new FileAttribute<?>[] {
            new FileAttribute<List<AclEntry>>() {
                @Override
                public String name() {
                    return "acl:acl";
                }

                @Override
                public List<AclEntry> value() {
                    return acl;
                }
            }
        };
    }

    private static boolean readableByOthers(Path file) throws IOException {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("posix")) return false;
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        return permissions.contains(PosixFilePermission.GROUP_READ) || permissions.contains(PosixFilePermission.OTHERS_READ);
    }
}
