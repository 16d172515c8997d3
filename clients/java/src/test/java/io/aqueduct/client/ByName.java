package io.aqueduct.client;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.protobuf.Message;
import io.aqueduct.v1.ActivityServiceGrpc;
import io.aqueduct.v1.BackendServiceGrpc;
import io.aqueduct.v1.ConfigServiceGrpc;
import io.aqueduct.v1.FrontendServiceGrpc;
import io.aqueduct.v1.GetStatsRequest;
import io.aqueduct.v1.HAProxyServiceGrpc;
import io.aqueduct.v1.ListActivityRequest;
import io.aqueduct.v1.RegistryServiceGrpc;
import io.aqueduct.v1.StatsServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServiceDescriptor;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The client's calls and lists by name, of JSON. */
final class ByName {
    private static final Map<String, MethodDescriptor<?, ?>> METHODS = Stream.of(
                    FrontendServiceGrpc.getServiceDescriptor(),
                    BackendServiceGrpc.getServiceDescriptor(),
                    ConfigServiceGrpc.getServiceDescriptor(),
                    HAProxyServiceGrpc.getServiceDescriptor(),
                    RegistryServiceGrpc.getServiceDescriptor(),
                    StatsServiceGrpc.getServiceDescriptor(),
                    ActivityServiceGrpc.getServiceDescriptor())
            .map(ServiceDescriptor::getMethods)
            .flatMap(Collection::stream)
            .collect(Collectors.toMap(MethodDescriptor::getFullMethodName, Function.identity()));

    private ByName() {}

    static JsonObject call(AqueductClient client, String name, JsonElement request) {
        @SuppressWarnings("unchecked")
        var method = (MethodDescriptor<Message, Message>) METHODS.get("aqueduct.v1." + name);
        var prototype = ((PrototypeMarshaller<Message>) method.getRequestMarshaller()).getMessagePrototype();
        return Documents.of(client.call(method, Documents.message(prototype, request)));
    }

    static JsonObject list(AqueductClient client, String name, JsonElement request) {
        JsonObject asked = request == null ? new JsonObject() : request.getAsJsonObject();
        Pages<? extends Message> pages = pages(client, name, asked);
        if (asked.has("pageSize")) {
            pages = pages.withPageSize(asked.get("pageSize").getAsInt());
        }
        JsonArray items = new JsonArray();
        pages.forEach(item -> items.add(Documents.of(item)));
        JsonObject answer = new JsonObject();
        answer.add("items", items);
        return answer;
    }

    private static Pages<? extends Message> pages(AqueductClient client, String name, JsonObject request) {
        Function<String, String> text = key -> request.has(key) ? request.get(key).getAsString() : "";
        return switch (name) {
            case "FrontendService/ListFrontends" -> client.listFrontends();
            case "BackendService/ListBackends" -> client.listBackends();
            case "BackendService/ListBackendMembers" -> client.listMembers(text.apply("key"));
            case "RegistryService/ListRegistrations" -> client.listRegistrations(text.apply("name"), text.apply("version"));
            case "RegistryService/ListVersions" -> client.listVersions(names(request));
            case "ConfigService/ListRevisions" -> client.listRevisions(text.apply("resource"));
            case "StatsService/GetStats" -> client.listStats(Documents.message(GetStatsRequest.getDefaultInstance(), request));
            case "ActivityService/ListActivity" -> client.listActivity(Documents.message(ListActivityRequest.getDefaultInstance(), request));
            default -> throw new AssertionError(name + " is no list");
        };
    }

    private static String[] names(JsonObject request) {
        var names = request.has("names") ? request.getAsJsonArray("names") : new JsonArray();
        return names.asList().stream().map(JsonElement::getAsString).toArray(String[]::new);
    }
}
