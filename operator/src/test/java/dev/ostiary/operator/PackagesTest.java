package dev.ostiary.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Which package of the operator may use which. */
class PackagesTest {

    private static final String BASE = "dev.ostiary.operator";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(BASE);

    @Test
    void arrowsGoOneWay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("main")
                .definedBy(BASE)
                .layer("admin")
                .definedBy(BASE + ".admin..")
                .layer("reconcile")
                .definedBy(BASE + ".reconcile..")
                .layer("keys")
                .definedBy(BASE + ".keys..")
                .layer("apply")
                .definedBy(BASE + ".apply..")
                .layer("world")
                .definedBy(BASE + ".world..")
                .layer("status")
                .definedBy(BASE + ".status..")
                .layer("objects")
                .definedBy(BASE + ".objects..")
                .layer("registry")
                .definedBy(BASE + ".registry..")
                .layer("contact")
                .definedBy(BASE + ".contact..")
                .whereLayer("main")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("admin")
                .mayOnlyBeAccessedByLayers("main")
                .whereLayer("reconcile")
                .mayOnlyBeAccessedByLayers("main", "admin")
                .whereLayer("keys")
                .mayOnlyBeAccessedByLayers("reconcile", "main")
                .whereLayer("apply")
                .mayOnlyBeAccessedByLayers("keys", "reconcile", "admin", "main")
                .whereLayer("world")
                .mayOnlyBeAccessedByLayers("apply", "keys", "reconcile", "admin", "main")
                .whereLayer("status")
                .mayOnlyBeAccessedByLayers("world", "keys", "reconcile")
                .whereLayer("objects")
                .mayOnlyBeAccessedByLayers("world", "apply", "keys", "reconcile", "main")
                .whereLayer("registry")
                .mayOnlyBeAccessedByLayers("world", "main")
                .whereLayer("contact")
                .mayOnlyBeAccessedByLayers("main")
                .check(CLASSES);
    }

    @Test
    void whatDecidesTalksToNoApiServerAndReadsNoClock() {
        noClasses()
                .that()
                .resideInAnyPackage(BASE + ".objects..", BASE + ".status..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.fabric8.kubernetes.client.dsl..", "io.javaoperatorsdk..")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .check(CLASSES);
    }

    @Test
    void theDataPlaneIsNotPartOfTheOperator() {
        noClasses()
                .that()
                .resideInAPackage(BASE + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.ostiary.gateway.server..", "dev.ostiary.gateway.kubernetes..", "io.netty..")
                .check(CLASSES);
    }
}
