package libp2p.cli.teavm;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.codehaus.mojo.animal_sniffer.Clazz;
import org.codehaus.mojo.animal_sniffer.SignatureBuilder;
import org.codehaus.mojo.animal_sniffer.SignatureChecker;
import org.codehaus.mojo.animal_sniffer.logging.Logger;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;
import org.objectweb.asm.tree.AnnotationNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * What of {@code java.*} TeaVM's class library has, as an animal-sniffer signature.
 *
 * <p>TeaVM keeps {@code java.util.List} as {@code org.teavm.classlib.java.util.TList}, and {@code java.time} as a copy of ThreeTen; its
 * annotations {@code Superclass}, {@code Rename} and {@code Remove} say where that is not all.
 */
final class TeaVmSignature {
    private static final String CLASS = ".class";
    private static final String LIBRARY = "org/teavm/classlib/";
    private static final String TIME = "org/threeten/bp/";

    private TeaVmSignature() {}

    /** The signature of a {@code teavm-classlib} jar. */
    static Map<String, Clazz> of(Path jar, Logger logger) throws IOException {
        ByteArrayOutputStream signature = new ByteArrayOutputStream();
        Signing signing = new Signing(signature, logger);
        Set<String> seen = new HashSet<>();
        try (JarFile in = new JarFile(jar.toFile())) {
            for (JarEntry entry : Collections.list(in.entries())) {
                String name = entry.getName();
                if (!name.endsWith(CLASS) || !name.startsWith(LIBRARY + "java/") && !name.startsWith(TIME)) continue;
                String platform = platformName(name.substring(0, name.length() - CLASS.length()));
                if (!seen.add(platform)) continue;
                try (InputStream bytes = in.getInputStream(entry)) {
                    signing.process(platform + CLASS, new ByteArrayInputStream(platformClass(bytes.readAllBytes())));
                }
            }
        }
        signing.close();
        return SignatureChecker.loadClasses(new ByteArrayInputStream(signature.toByteArray()));
    }

    /** {@code org/teavm/classlib/java/util/TMap$TEntry} is {@code java/util/Map$Entry}. */
    static String platformName(String name) {
        String n = name.startsWith(TIME) ? "java/time/" + name.substring(TIME.length()) : name;
        if (n.startsWith(LIBRARY + "java/")) n = n.substring(LIBRARY.length());
        else if (!n.startsWith("java/time/")) return name;
        int simple = n.lastIndexOf('/') + 1;
        String[] parts = n.substring(simple).split("\\$", -1);
        for (int i = 0; i < parts.length; i++) {
            String p = parts[i];
            if (p.length() > 1 && p.charAt(0) == 'T' && Character.isUpperCase(p.charAt(1))) parts[i] = p.substring(1);
        }
        return n.substring(0, simple) + String.join("$", parts);
    }

    private static byte[] platformClass(byte[] teaVm) {
        ClassNode node = new ClassNode();
        Remapper names = new Remapper() {
            @Override
            public String map(String name) {
                return platformName(name);
            }
        };
        new ClassReader(teaVm).accept(new ClassRemapper(node, names), ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG);
        Object superclass = said(node.visibleAnnotations, node.invisibleAnnotations, "Superclass");
        if (superclass instanceof String s) node.superName = s.isEmpty() ? null : s.replace('.', '/');
        if (node.name.equals("java/lang/Object")) node.superName = null;
        node.interfaces.removeIf(i -> i.startsWith("org/teavm"));
        node.methods.removeIf(m -> said(m.visibleAnnotations, m.invisibleAnnotations, "Remove") != null);
        for (MethodNode m : node.methods) {
            if (said(m.visibleAnnotations, m.invisibleAnnotations, "Rename") instanceof String s) m.name = s;
        }
        ClassWriter out = new ClassWriter(0);
        node.accept(out);
        return out.toByteArray();
    }

    /** The value of an annotation of TeaVM's, true for one without; null if it is not there. */
    private static Object said(List<AnnotationNode> visible, List<AnnotationNode> invisible, String annotation) {
        return Stream.of(visible, invisible).filter(l -> l != null).flatMap(List::stream)
                .filter(a -> a.desc.endsWith("/" + annotation + ";"))
                .map(a -> a.values == null ? Boolean.TRUE : a.values.get(1)).findFirst().orElse(null);
    }

    /** Takes classes one by one, not from a file. */
    private static final class Signing extends SignatureBuilder {
        Signing(ByteArrayOutputStream out, Logger logger) throws IOException {
            super(out, logger);
        }

        @Override
        protected void process(String name, InputStream image) throws IOException {
            super.process(name, image);
        }
    }
}
