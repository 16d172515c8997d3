package io.aqueduct.client;

import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonObject;
import io.grpc.TlsChannelCredentials;
import java.io.File;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** TLS, a certificate of the client's, and a token, at a server that asks for all of them. */
class EncryptedTest {
    @Test
    void aServerThatAsksForAll() throws IOException {
        try (Served served = new Served()) {
            JsonObject server = served.tell("tls");
            String token = text(server, "token");
            var all = shown(trusting(server), server);
            var trustingTheSystem = shown(TlsChannelCredentials.newBuilder(), server);
            assertThrows(AqueductException.NotFound.class, () -> ask(server, all, token));
            assertThrows(AqueductException.Unauthenticated.class, () -> ask(server, all, "guessed"));
            assertThrows(AqueductException.Unavailable.class, () -> ask(server, trusting(server), token));
            assertThrows(AqueductException.Unavailable.class, () -> ask(server, trustingTheSystem, token));
        }
    }

    /** Makes a call that is not made again, so that it fails at once; the server itself says NOT_FOUND. */
    private static void ask(JsonObject server, TlsChannelCredentials.Builder credentials, String token) {
        var builder = AqueductClient.builder(text(server, "target")).credentials(credentials.build()).token(token);
        try (AqueductClient client = builder.build()) {
            client.deleteBackend("nothing");
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
