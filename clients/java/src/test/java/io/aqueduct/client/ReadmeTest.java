package io.aqueduct.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The README's example, which is {@code example.Example}. */
class ReadmeTest {
    @Test
    void theReadmeHoldsTheExample() throws IOException {
        String program = Files.readString(Path.of("src/test/java/example/Example.java"));
        assertTrue(Files.readString(Path.of("README.md")).contains("```java\n" + program + "```\n"));
    }

    @Test
    void theExampleRuns() throws IOException {
        try (Served server = new Served()) {
            String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
            String path = System.getProperty("java.class.path");
            Process example = new ProcessBuilder(java, "-cp", path, "example.Example", server.target())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(example.getInputStream().readAllBytes());
            assertEquals(
                    """
                    stored, with balance roundrobin
                    it is there already
                    wrong: backend.balance
                    backends: 1
                    changed: backends/app
                    """,
                    said);
            assertEquals(0, example.onExit().join().exitValue());
        }
    }
}
