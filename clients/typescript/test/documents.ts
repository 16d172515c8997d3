/** The client as the runner drives it: calls by name, of documents. */
import {
  createRegistry,
  fromJson,
  toJson,
  type DescMessage,
  type DescMethod,
  type DescMethodUnary,
  type JsonValue,
  type MessageShape,
} from "@bufbuild/protobuf";
import { AqueductError, type Calling, type Client, type ConfigEvent, type ActivityEvent } from "@aqueduct/client";
import * as v1 from "@aqueduct/client/v1";

import { isMap } from "./matching.js";
import type { Document } from "./served.js";

const REGISTRY = createRegistry(
  v1.file_aqueduct_v1_activity,
  v1.file_aqueduct_v1_backend,
  v1.file_aqueduct_v1_config,
  v1.file_aqueduct_v1_frontend,
  v1.file_aqueduct_v1_haproxy,
  v1.file_aqueduct_v1_registry,
  v1.file_aqueduct_v1_stats,
);

/** Makes a call of one answer, by name. */
export async function call(client: Client, name: string, request: unknown, options: Calling): Promise<Document> {
  const [service = "", method = ""] = name.split("/");
  const isMeant = (each: DescMethod): each is DescMethodUnary => each.name === method && each.methodKind === "unary";
  const found = REGISTRY.getService(`aqueduct.v1.${service}`)?.methods.find(isMeant);
  if (found === undefined) {
    throw new Error(`there is no ${name}`);
  }
  const asked = fromJson(found.input, (request ?? {}) as JsonValue);
  const { signal, timeoutMs } = options;
  const answer = await client.transport.unary(found, signal, timeoutMs, undefined, asked);
  return documentOf(found.output, answer.message);
}

/** Iterates over all pages, by name. */
export async function list(client: Client, name: string, request: unknown, options: Calling): Promise<Document> {
  const asked = <Desc extends DescMessage>(schema: Desc) => messageOf(schema, request);
  switch (name) {
    case "FrontendService/ListFrontends":
      return items(v1.FrontendSchema, client.listFrontends(asked(v1.ListFrontendsRequestSchema), options));
    case "BackendService/ListBackends":
      return items(v1.BackendSchema, client.listBackends(asked(v1.ListBackendsRequestSchema), options));
    case "BackendService/ListBackendMembers":
      return items(v1.MemberSchema, client.listMembers(asked(v1.ListBackendMembersRequestSchema), options));
    case "RegistryService/ListRegistrations":
      return items(v1.RegistrationSchema, client.listRegistrations(asked(v1.ListRegistrationsRequestSchema), options));
    case "RegistryService/ListVersions":
      return items(v1.ServiceVersionSchema, client.listVersions(asked(v1.ListVersionsRequestSchema), options));
    case "ConfigService/ListRevisions":
      return items(v1.RevisionSchema, client.listRevisions(asked(v1.ListRevisionsRequestSchema), options));
    case "StatsService/GetStats":
      return items(v1.StatsSchema, client.listStats(asked(v1.GetStatsRequestSchema), options));
    case "ActivityService/ListActivity":
      return items(v1.EventSchema, client.listActivity(asked(v1.ListActivityRequestSchema), options));
    default:
      throw new Error(`${name} is no list`);
  }
}

/** Begins the watch of a step; yields its events as documents. */
export async function* watch(client: Client, step: Document, signal: AbortSignal): AsyncGenerator<Document> {
  const options = { signal };
  switch (step["watch"]) {
    case "config": {
      const after = step["after"] === undefined ? {} : { after: BigInt(String(step["after"])) };
      const what = { resources: (step["resources"] ?? []) as string[], ...after };
      for await (const event of client.watchConfig(what, options)) {
        yield configDocument(event);
      }
      return;
    }
    case "stats":
      for await (const event of client.watchStats(messageOf(v1.StatsWatchRequestSchema, step["request"]), options)) {
        yield documentOf(v1.StatsWatchResponseSchema, event);
      }
      return;
    case "activity":
      for await (const event of client.watchActivity(messageOf(v1.ActivityWatchRequestSchema, step["request"]), options)) {
        yield activityDocument(event);
      }
      return;
    default:
      throw new Error(`there is no watch ${String(step["watch"])}`);
  }
}

/** Returns an event of a watch of the configuration as a document. */
export function configDocument(event: ConfigEvent): Document {
  const revision = String(event.revision);
  if (event.kind === "change") {
    return { kind: "change", revision, change: documentOf(v1.RevisionSchema, event.change) };
  }
  const configuration = documentOf(v1.ConfigurationSchema, event.configuration);
  return { kind: "snapshot", revision, configuration, ...(event.reset === "" ? {} : { reset: event.reset }) };
}

/** Returns an error as clients/conformance/README.md has it. */
export function errorDocument(error: unknown): Document {
  if (!(error instanceof AqueductError)) {
    return { message: String(error) };
  }
  const { status, message, reason, metadata, violations, preconditions, resource } = error;
  const told = { code: status, message, metadata, violations, preconditions };
  return { ...told, ...(reason === "" ? {} : { reason }), ...(resource === undefined ? {} : { resource }) };
}

function activityDocument(event: ActivityEvent): Document {
  return event.kind === "missed" ? { missed: String(event.count) } : documentOf(v1.EventSchema, event.event);
}

async function items<Desc extends DescMessage>(
  schema: Desc,
  all: AsyncIterable<MessageShape<Desc>>,
): Promise<Document> {
  const found: Document[] = [];
  for await (const each of all) {
    found.push(documentOf(schema, each));
  }
  return { items: found };
}

function messageOf<Desc extends DescMessage>(schema: Desc, request: unknown): MessageShape<Desc> {
  return fromJson(schema, (request ?? {}) as JsonValue);
}

function documentOf<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): Document {
  const document: unknown = toJson(schema, message);
  if (!isMap(document)) {
    throw new Error(`${schema.typeName} is no map`);
  }
  return document;
}
