package dev.ostiary.connect;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Which package may know which: each those after it, and none the wiring. */
class PackagesTest {

    private static final String ROOT = "dev.ostiary.connect";

    /** In the order in which a message meets them, and after them what they ask. */
    private static final List<String> ORDER = List.of(
            "install",
            "doctor",
            "relay",
            "http",
            "oauth",
            "az",
            "settings",
            "metadata",
            "token",
            "state",
            "program",
            "message",
            "diagnostics");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @TestFactory
    Stream<DynamicTest> aPackageUsesOnlyThoseAfterIt() {
        return IntStream.range(0, ORDER.size())
                .mapToObj(place -> DynamicTest.dynamicTest(
                        ORDER.get(place),
                        () -> noClasses()
                                .that()
                                .resideInAPackage(ROOT + "." + ORDER.get(place))
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage(Stream.concat(
                                                Stream.of(ROOT),
                                                ORDER.stream().limit(place).map(name -> ROOT + "." + name))
                                        .toArray(String[]::new))
                                .check(CLASSES)));
    }

    @Test
    void everyPackageHasItsPlace() {
        classes()
                .should()
                .resideInAnyPackage(
                        Stream.concat(Stream.of(ROOT), ORDER.stream().map(name -> ROOT + "." + name))
                                .toArray(String[]::new))
                .check(CLASSES);
    }

    /** Its start is measured in milliseconds, and its neighbours are programs of strangers. */
    @Test
    void nothingButTheJdkAndJackson() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        ROOT + "..",
                        "java..",
                        "javax.net..",
                        "com.sun.net.httpserver..",
                        "com.fasterxml.jackson..",
                        "org.jspecify..")
                .check(CLASSES);
    }
}
