package example;

import io.aqueduct.client.AqueductClient;
import io.aqueduct.client.AqueductException;
import io.aqueduct.client.ConfigEvent;
import io.aqueduct.client.Watch;
import io.aqueduct.client.WriteOption;
import io.aqueduct.v1.Backend;
import io.aqueduct.v1.BackendType;
import io.aqueduct.v1.ConfigWatchRequest;

public final class Example {
    public static void main(String[] arguments) {
        try (AqueductClient client = AqueductClient.builder(arguments[0]).build()) { // "127.0.0.1:10001"
            run(client);
        }
    }

    private static void run(AqueductClient client) {
        // Returns when HAProxy serves.
        Backend app = Backend.newBuilder().setKey("app").setType(BackendType.BACKEND_TYPE_STATIC).build();
        var put = client.putBackend(app, WriteOption.annotate("ann", "open the shop"));
        System.out.println("stored, with balance " + put.getBackend().getBalance());

        // Only if nobody was faster.
        try {
            client.putBackend(app.toBuilder().setBalance("leastconn").build(), WriteOption.mustNotExist());
        } catch (AqueductException.Aborted error) {
            System.out.println("it is there already");
        }

        // Errors say which field is wrong.
        try {
            client.putBackend(app.toBuilder().setBalance("most-idle").build());
        } catch (AqueductException.InvalidArgument error) {
            error.violations().forEach(violation -> System.out.println("wrong: " + violation.field()));
        }

        // Goes on over restarts of the server, and tells each change once.
        var backends = ConfigWatchRequest.newBuilder().addResources("backends/").build();
        try (Watch<ConfigEvent> watch = client.watchConfig(backends)) {
            for (ConfigEvent event : watch) {
                if (event instanceof ConfigEvent.Snapshot snapshot) {
                    System.out.println("backends: " + snapshot.configuration().getBackendsCount());
                    client.deleteBackend("app");
                } else if (event instanceof ConfigEvent.Change change) {
                    System.out.println("changed: " + change.change().getChanges(0).getResource());
                    break;
                }
            }
        }
    }
}
