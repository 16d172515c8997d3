/** What both ways to connect export. */
export { Code } from "@connectrpc/connect";
export { type Deadlines } from "./calls.js";
export { Client, type Calling, type Link, type Watching, type Writing } from "./client.js";
export { HealthCheckResponse_ServingStatus as ServingStatus } from "./gen/grpc/health/v1/health_pb.js";
export { AqueductError, type Precondition, type Resource, type Violation } from "./errors.js";
export {
  type ActivityEvent,
  type ActivityMissed,
  type ConfigChange,
  type ConfigEvent,
  type ConfigSnapshot,
  type ConfigWatch,
} from "./watches.js";
