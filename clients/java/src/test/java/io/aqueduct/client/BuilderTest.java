package io.aqueduct.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a token may go. */
class BuilderTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:10001, true",
        "localhost:10001, true",
        "[::1]:10001, true",
        "dns:///127.0.0.1:10001, true",
        "unix:/run/aqueduct.sock, true",
        "example.org:10001, false",
        "localhost.example.org:10001, false",
        "127.0.0.1.example.org:10001, false",
        "dns:///example.org:10001, false",
        "dns://127.0.0.1/example.org, false",
    })
    void thisMachine(String target, boolean isLocal) {
        assertEquals(isLocal, AqueductClientBuilder.isLocal(target));
    }

    @Test
    void aTokenDoesNotLeaveTheMachineInTheClear() throws IOException {
        AqueductClientBuilder builder = AqueductClient.builder("example.org:10001").token("secret");
        assertThrows(IllegalStateException.class, builder::build);
        builder.credentials(TlsChannelCredentials.create()).build().close();
    }
}
