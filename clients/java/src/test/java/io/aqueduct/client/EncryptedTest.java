package io.aqueduct.client;

import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonObject;
import io.grpc.TlsChannelCredentials;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** TLS, a certificate of the client's, and a token, at a server that asks for all of them. */
class EncryptedTest {
    private static final Duration SHORT = Duration.ofMillis(700);

    @Test
    void aServerThatAsksForAll() throws IOException {
        try (Served served = new Served()) {
            JsonObject server = served.tell("tls");
            String token = text(server, "token");
            get(server, shown(trusting(server), server), token);

            assertThrows(
                    AqueductException.Unauthenticated.class, () -> get(server, shown(trusting(server), server), "guessed"));
            assertThrows(AqueductException.Unavailable.class, () -> get(server, trusting(server), token));
            var trustingTheSystem = shown(TlsChannelCredentials.newBuilder(), server);
            assertThrows(AqueductException.Unavailable.class, () -> get(server, trustingTheSystem, token));
        }
    }

    private static void get(JsonObject server, TlsChannelCredentials.Builder credentials, String token) {
        var builder = AqueductClient.builder(text(server, "target")).credentials(credentials.build()).token(token);
        try (AqueductClient client = builder.deadlines(SHORT, SHORT).build()) {
            client.getStatus();
        }
    }

    private static TlsChannelCredentials.Builder trusting(JsonObject server) throws IOException {
        return TlsChannelCredentials.newBuilder().trustManager(new File(text(server, "roots")));
    }

    private static TlsChannelCredentials.Builder shown(TlsChannelCredentials.Builder credentials, JsonObject server)
            throws IOException {
        return credentials.keyManager(new File(text(server, "certificate")), new File(text(server, "key")));
    }

    private static String text(JsonObject of, String name) {
        return of.get(name).getAsString();
    }
}
