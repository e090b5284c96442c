package libp2p.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The arrows between the packages, and the rule that a loop is one thread (ARCHITECTURE.md). */
class ArchitectureTest {
    private static final String MULTIFORMATS = "libp2p.multiformats..";
    private static final String CORE = "libp2p.core..";
    private static final String BOUNCY_CASTLE = "libp2p.bouncycastle..";
    private static final String[] PROTOCOLS = {
        "libp2p.ping..", "libp2p.identify..", "libp2p.perf..", "libp2p.echo..", "libp2p.gossipsub..",
    };
    private static final String[] PORTABLE = {
        MULTIFORMATS, CORE, BOUNCY_CASTLE, "libp2p.ping..", "libp2p.identify..", "libp2p.perf..", "libp2p.echo..", "libp2p.gossipsub..",
                "libp2p.sim..",
    };

    private final JavaClasses all = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("libp2p");

    @Test
    void multiformatsStandsAlone() {
        classes().that().resideInAPackage(MULTIFORMATS).should().onlyDependOnClassesThat().resideInAnyPackage(MULTIFORMATS, "java..")
                .check(all);
    }

    @Test
    void coreNeedsMultiformatsAndNothingElse() {
        classes().that().resideInAPackage(CORE).should().onlyDependOnClassesThat().resideInAnyPackage(CORE, MULTIFORMATS, "java..")
                .check(all);
    }

    @Test
    void protocolsNeedCoreAndNotEachOther() {
        for (String own : PROTOCOLS) {
            classes().that().resideInAPackage(own).should().onlyDependOnClassesThat().resideInAnyPackage(own, CORE, MULTIFORMATS, "java..")
                    .check(all);
        }
    }

    @Test
    void theSimulatorNeedsCoreAndTakesProtocolsFromWhoeverUsesIt() {
        classes().that().resideInAPackage("libp2p.sim..").should().onlyDependOnClassesThat()
                .resideInAnyPackage("libp2p.sim..", CORE, MULTIFORMATS, "java..").check(all);
        noClasses().that().resideInAnyPackage(CORE, BOUNCY_CASTLE).should().dependOnClassesThat().resideInAPackage("libp2p.sim..")
                .check(all);
        noClasses().that().resideInAnyPackage(PROTOCOLS).should().dependOnClassesThat().resideInAPackage("libp2p.sim..").check(all);
    }

    @Test
    void theEngineKnowsNeitherTheJvmNorTheCommand() {
        noClasses().that().resideInAnyPackage(PORTABLE)
                .should().dependOnClassesThat().resideInAnyPackage("libp2p.jvm..", "libp2p.netty..", "libp2p.cli..").check(all);
        noClasses().that().resideInAPackage("libp2p.jvm..")
                .should().dependOnClassesThat().resideInAnyPackage("libp2p.netty..", "libp2p.cli..").check(all);
        noClasses().that().resideInAPackage("libp2p.netty..").should().dependOnClassesThat().resideInAPackage("libp2p.cli..").check(all);
    }

    @Test
    void nothingPortableIsSharedBetweenThreadsButAWatch() {
        noFields().that().areDeclaredInClassesThat().resideInAnyPackage(PORTABLE).and().areDeclaredInClassesThat()
                .haveNameNotMatching("libp2p\\.core\\.Watch(\\$.*)?")
                .should().haveModifier(JavaModifier.VOLATILE).check(all);
        methods().that().areDeclaredInClassesThat().resideInAnyPackage(PORTABLE)
                .should().notHaveModifier(JavaModifier.SYNCHRONIZED).check(all);
    }

    @Test
    void thereIsNoStaticState() {
        fields().that().areStatic().and().areDeclaredInClassesThat().resideInAnyPackage(PORTABLE)
                .should().beFinal().check(all);
    }

    @Test
    void wireInternalsOfOneMuxerAreNotUsedByAnother() {
        noClasses().that().resideInAPackage("libp2p.core.wire.yamux..").should().dependOnClassesThat()
                .resideInAPackage("libp2p.core.wire.mplex..").check(all);
        noClasses().that().resideInAPackage("libp2p.core.wire.mplex..").should().dependOnClassesThat()
                .resideInAPackage("libp2p.core.wire.yamux..").check(all);
        noClasses().that().resideInAPackage("libp2p.core.net..").should().dependOnClassesThat().resideInAPackage("libp2p.core.wire.mux..")
                .check(all);
    }
}
