/**
 * The gateway's JSON as that of proto3: enum values, which are HAProxy's words there (`path_beg`), become names. Pure.
 *
 * 64-bit integers come as numbers, exact up to 2^53.
 */
import {
  fromJson,
  getOption,
  type DescEnum,
  type DescField,
  type DescMessage,
  type JsonValue,
  type MessageShape,
} from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";

import { token } from "../gen/aqueduct/v1/options_pb.js";

/**
 * Returns what a document of the gateway says. Fields and words that this client does not know are passed over.
 * ConnectError DATA_LOSS for what is no such message.
 */
export function messageOf<Desc extends DescMessage>(message: Desc, document: JsonValue): MessageShape<Desc> {
  try {
    return fromJson(message, named(message, document), { ignoreUnknownFields: true });
  } catch (reason) {
    throw new ConnectError(`what came is no ${message.typeName}`, Code.DataLoss, undefined, undefined, reason);
  }
}

/** Puts names in place of words. */
function named(message: DescMessage, document: JsonValue): JsonValue {
  const isPlain = typeof document !== "object" || document === null || Array.isArray(document);
  if (isPlain || message.typeName.startsWith("google.protobuf.")) {
    return document;
  }
  const fields = fieldsOf(message);
  return Object.fromEntries(
    Object.entries(document).map(([name, value]) => {
      const field = fields.get(name);
      return [name, field === undefined || value === null ? value : ofField(field, value)];
    }),
  );
}

function ofField(field: DescField, value: JsonValue): JsonValue {
  if (field.fieldKind === "list" && Array.isArray(value)) {
    return value.map((each) => one(field, each));
  }
  if (field.fieldKind === "map" && typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, one(field, each)]));
  }
  return one(field, value);
}

function one(field: DescField, value: JsonValue): JsonValue {
  if (field.enum !== undefined) {
    return typeof value === "string" ? (namesOf(field.enum).get(value) ?? value) : value;
  }
  return field.message === undefined ? value : named(field.message, value);
}

const fieldsOf = remembered((message: DescMessage): ReadonlyMap<string, DescField> =>
  new Map(message.fields.map((each) => [each.jsonName, each])),
);

const namesOf = remembered((of: DescEnum): ReadonlyMap<string, string> =>
  new Map(of.values.map((each) => [getOption(each, token), each.name])),
);

function remembered<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new WeakMap<Key, Value>();
  return (key) => {
    const found = made.get(key) ?? make(key);
    made.set(key, found);
    return found;
  };
}
