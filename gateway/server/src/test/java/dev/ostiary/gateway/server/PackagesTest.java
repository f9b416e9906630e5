package dev.ostiary.gateway.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The layout of the data plane as a rule: which package may know which. */
class PackagesTest {

    private static final String ROOT = "dev.ostiary.gateway.server";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    /** A package and the ones it may use beside itself: what a request has met before, and the pure ones. */
    @SuppressWarnings("ArrayRecordComponent") // a table, never compared
    private record Room(String name, String... mayUse) {}

    private static final List<Room> ROOMS = List.of(
            new Room("mcp"),
            new Room("threads"),
            new Room("keys"),
            new Room("http"),
            new Room("entra"),
            new Room("route", "http"),
            new Room("store"),
            new Room("pages"),
            new Room("identity", "http", "route", "entra", "keys", "threads", "pages"),
            new Room("oauth", "http", "route", "identity", "entra", "keys", "store", "pages"),
            new Room("authorize", "http", "route", "identity", "mcp", "keys", "threads"),
            new Room("credentials", "http", "route", "identity", "entra", "keys"),
            new Room("upstream", "http"),
            new Room(
                    "forward",
                    "http",
                    "route",
                    "identity",
                    "entra",
                    "mcp",
                    "keys",
                    "authorize",
                    "credentials",
                    "upstream"),
            new Room("httpsse", "mcp", "upstream"),
            new Room("inspect", "mcp", "credentials", "upstream"),
            new Room("registration", "entra"),
            new Room("legacysse", "http", "route", "identity", "mcp", "keys"),
            new Room("audit", "http", "route", "identity", "oauth", "authorize"),
            new Room(
                    "reload",
                    "http",
                    "route",
                    "identity",
                    "oauth",
                    "store",
                    "entra",
                    "mcp",
                    "keys",
                    "authorize",
                    "credentials",
                    "forward",
                    "upstream",
                    "legacysse"),
            new Room("admin", "http", "entra", "identity", "oauth", "store", "authorize", "upstream", "audit"));

    @TestFactory
    Stream<DynamicTest> aPackageUsesOnlyWhatARequestHasMetBefore() {
        return ROOMS.stream()
                .map(room -> DynamicTest.dynamicTest(room.name(), () -> {
                    String[] forbidden = ROOMS.stream()
                            .map(Room::name)
                            .filter(other -> !other.equals(room.name()))
                            .filter(other -> !Arrays.asList(room.mayUse()).contains(other))
                            .map(other -> ROOT + "." + other + "..")
                            .toArray(String[]::new);
                    noClasses()
                            .that()
                            .resideInAPackage(ROOT + "." + room.name() + "..")
                            .should()
                            .dependOnClassesThat()
                            .resideInAnyPackage(forbidden)
                            .orShould()
                            .dependOnClassesThat(inTheRoot())
                            .allowEmptyShould(true)
                            .check(CLASSES);
                }));
    }

    @Test
    void everyPackageHasItsRule() {
        List<String> known =
                ROOMS.stream().map(room -> ROOT + "." + room.name()).toList();
        classes()
                .should()
                .resideInAnyPackage(
                        Stream.concat(Stream.of(ROOT), known.stream()).toArray(String[]::new))
                .check(CLASSES);
    }

    @Test
    void packagesFormNoCircle() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void mcpIsPure() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".mcp..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty..", "java.net..", "java.nio.file..")
                .check(CLASSES);
    }

    @Test
    void theDataPlaneKnowsNoKubernetes() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.fabric8..", "dev.ostiary.crds..", "dev.ostiary.gateway.compiler..", "dev.ostiary.cli..")
                .check(CLASSES);
    }

    private static DescribedPredicate<JavaClass> inTheRoot() {
        return DescribedPredicate.describe(
                "compose the server", type -> type.getPackageName().equals(ROOT));
    }
}
