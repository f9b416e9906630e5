package dev.ostiary.e2e.browser;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.ostiary.e2e.clients.NpmPrograms;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A Chromium without a window, and the questions that tests ask it. Not safe for threads; close it. */
final class Browser implements AutoCloseable {

    /** What {@code prefers-color-scheme} says. */
    enum Scheme {
        LIGHT,
        DARK
    }

    /** What the Tab key must reach. */
    private static final String CONTROLS =
            "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex='-1'])";

    private static final String VIOLATIONS = """
            const done = arguments[arguments.length - 1];
            axe.run(document).then(
              result => done(result.violations.flatMap(violation => violation.nodes.map(
                node => violation.id + ': ' + node.html + ' ' + node.failureSummary))),
              error => done(['axe fails: ' + error]));
            """;

    private static final int HEIGHT = 800;
    private static final int MOST_TABS = 30;

    private final ChromeDriver driver;
    private final String axe;
    private final List<String> breaches = new ArrayList<>();

    private Browser(ChromeDriver driver, String axe) {
        this.driver = driver;
        this.axe = axe;
    }

    /** Starts the Chromium of this machine; without one the test is skipped, or fails where the level is required. */
    static Browser installed() throws IOException, InterruptedException {
        File chromium = program("chromium", "chromium-browser", "google-chrome");
        File chromedriver = program("chromedriver");
        String axe = NpmPrograms.installed().file("axe-core/axe.min.js");
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium);
        options.addArguments("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run");
        if ("root".equals(System.getProperty("user.name"))) {
            options.addArguments("--no-sandbox"); // Chromium refuses to start as root with one.
        }
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(chromedriver)
                .build();
        return new Browser(new ChromeDriver(service, options), axe);
    }

    private static File program(String... names) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(folder -> Stream.of(names).map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Path::toFile)
                .orElseGet(() -> missing(names[0]));
    }

    private static File missing(String program) {
        String message =
                "level clients: " + program + " is not installed (Debian: apt-get install chromium chromium-driver)";
        if (Boolean.getBoolean("ostiary.levels.required")) {
            throw new AssertionError(message);
        }
        return abort(message);
    }

    /** From the next page on, until it is called again. */
    void look(Scheme scheme, int width) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(Map.of(
                                "name", "prefers-color-scheme", "value", scheme == Scheme.DARK ? "dark" : "light"))));
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", HEIGHT, "deviceScaleFactor", 1, "mobile", false));
    }

    /** Opens a page and forgets what the console said before. */
    void open(URI page) {
        console();
        driver.get(page.toString());
    }

    /** The languages that requests ask for from now on, {@code Accept-Language}. */
    void speak(String languages) {
        driver.executeCdpCommand("Network.enable", Map.of());
        driver.executeCdpCommand(
                "Network.setExtraHTTPHeaders", Map.of("headers", Map.of("Accept-Language", languages)));
    }

    /** Becomes a browser that has never been anywhere. */
    void forgetEverything() {
        driver.executeCdpCommand("Network.clearBrowserCookies", Map.of());
    }

    /** Forgets one cookie of the host of the page that is shown. */
    void forget(String cookie) {
        driver.manage().deleteCookieNamed(cookie);
    }

    /** Presses a button and waits until another page is there. */
    void press(String css) {
        WebElement before = find("html");
        find(css).click();
        await().ignoreExceptions().until(() -> !find("html").equals(before) && isLoaded());
    }

    private boolean isLoaded() {
        return "complete".equals(driver.executeScript("return document.readyState"));
    }

    /** Tabs to a control, as somebody without a mouse does, and presses a key there. */
    void key(String css, CharSequence key) {
        for (int i = 0; i < MOST_TABS; i++) {
            if (driver.switchTo().activeElement().equals(find(css))) {
                new Actions(driver).sendKeys(key).perform();
                return;
            }
            new Actions(driver).sendKeys(Keys.TAB).perform();
        }
        throw new AssertionError("the Tab key does not reach " + css + " on " + title());
    }

    /** Waits for a second window and goes on there. */
    void enterPopup() {
        String here = driver.getWindowHandle();
        await().until(() -> driver.getWindowHandles().size() == 2);
        driver.switchTo()
                .window(driver.getWindowHandles().stream()
                        .filter(window -> !window.equals(here))
                        .findFirst()
                        .orElseThrow());
    }

    /** Closes the popup and goes back to what opened it. */
    void leavePopup() {
        driver.close();
        driver.switchTo().window(driver.getWindowHandles().iterator().next());
    }

    String url() {
        return driver.getCurrentUrl();
    }

    String title() {
        return driver.getTitle();
    }

    WebElement find(String css) {
        return driver.findElement(By.cssSelector(css));
    }

    /** What a script gives; scripts of tests run whatever the page's policy says. */
    Object ask(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    /** What the console has said since it was last asked: violations of a policy, failed loads, errors. */
    List<String> console() {
        List<String> lines = driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::getMessage)
                .toList();
        lines.stream().filter(line -> line.contains("Content Security Policy")).forEach(breaches::add);
        return lines;
    }

    /** Violations of a content security policy on any page since this was last asked. */
    List<String> breaches() {
        console();
        List<String> all = List.copyOf(breaches);
        breaches.clear();
        return all;
    }

    /** By how many CSS pixels the page is wider than the window. */
    long overflow() {
        return (Long) driver.executeScript(
                "return document.documentElement.scrollWidth - document.documentElement.clientWidth");
    }

    /** What axe-core finds wrong with the page, by its default rules and best practices. */
    @SuppressWarnings("unchecked")
    List<String> violations() {
        driver.executeScript(axe);
        return (List<String>) driver.executeAsyncScript(VIOLATIONS);
    }

    /** Everything that can be operated, in the page's order, as HTML. */
    List<String> controls() {
        return driver.findElements(By.cssSelector(CONTROLS)).stream()
                .map(Browser::html)
                .toList();
    }

    /** What the Tab key reaches, in its order, as HTML; that the focus can be seen is checked on the way. */
    List<String> tabStops(int most) {
        List<String> stops = new ArrayList<>();
        for (int i = 0; i <= most; i++) {
            new Actions(driver).sendKeys(Keys.TAB).perform();
            WebElement focused = driver.switchTo().activeElement();
            if (focused.getTagName().equals("body")) {
                return stops;
            }
            if ("none".equals(focused.getCssValue("outline-style"))) {
                throw new AssertionError("the focus cannot be seen on " + html(focused));
            }
            stops.add(html(focused));
        }
        return stops;
    }

    /** Whatever is less high or wide than 44 CSS pixels and must be hit (WCAG 2.2, success criterion 2.5.5). */
    List<String> smallTargets() {
        return driver.findElements(By.cssSelector("button, label, select, input[type=text], main a[href]")).stream()
                .filter(target -> !(target.getTagName().equals("label")
                        && target.findElements(By.cssSelector("input")).isEmpty()))
                .filter(target ->
                        target.getSize().getHeight() < 44 || target.getSize().getWidth() < 44)
                .map(Browser::html)
                .toList();
    }

    private static String html(WebElement element) {
        return String.valueOf(element.getDomProperty("outerHTML"));
    }

    @Override
    public void close() {
        driver.quit();
    }
}
