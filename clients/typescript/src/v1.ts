/** The API's generated types, schemas and services: `aqueduct.v1`. */
export * from "./gen/aqueduct/v1/activity_pb.js";
export * from "./gen/aqueduct/v1/apply_pb.js";
export * from "./gen/aqueduct/v1/backend_pb.js";
export * from "./gen/aqueduct/v1/common_pb.js";
export * from "./gen/aqueduct/v1/config_pb.js";
export * from "./gen/aqueduct/v1/frontend_pb.js";
export * from "./gen/aqueduct/v1/haproxy_pb.js";
export * from "./gen/aqueduct/v1/history_pb.js";
export * from "./gen/aqueduct/v1/options_pb.js";
export * from "./gen/aqueduct/v1/registry_pb.js";
export * from "./gen/aqueduct/v1/stats_pb.js";
