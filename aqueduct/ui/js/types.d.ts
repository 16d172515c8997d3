// The messages of the gateway that the page reads: see protos/aqueduct/v1. What is not set is left out of JSON.

export type Mode = "http" | "tcp";
export type AdminState = "ready" | "drain" | "maint";
export type OperationalState = "up" | "down" | "drain" | "maint";
export type StatsKind = "frontend" | "backend" | "member";

export interface Rule {
  type?: string;
  operation: string;
  header?: string;
  value?: string;
  values?: string[];
  backend: string;
}

export interface Frontend {
  key: string;
  bind: string;
  backend: string;
  mode?: Mode;
  keepalive?: string;
  rules?: Rule[];
  natives?: string[];
  revision?: number;
}

export interface Member {
  host: string;
  port?: number;
  weight?: number;
  name?: string;
  version?: string;
  id?: string;
  adminState?: AdminState;
  adminWeight?: number;
  phase?: "serving" | "incoming" | "leaving" | "draining" | "renewed";
  leaveTime?: string;
}

export interface Transition {
  revision?: number;
  phase?: "proving" | "draining";
  fromVersion?: string;
  toVersion?: string;
  startTime?: string;
  deadline?: string;
  minHealthy?: number;
}

export interface Backend {
  key: string;
  type: "static" | "dynamic";
  name?: string;
  version?: string;
  balance?: string;
  host?: string | null;
  mode?: Mode;
  health?: { method?: string; uri?: string; interval?: number };
  check?: string;
  natives?: string[];
  members?: Member[];
  revision?: number;
  discovery?: string;
  transition?: Transition;
}

export interface CheckStats {
  status?: string;
  code?: number;
  duration?: string;
  description?: string;
  failures?: number;
  downs?: number;
}

export interface Stats {
  kind: StatsKind;
  key: string;
  member?: string;
  state?: {
    status?: string;
    operationalState?: OperationalState;
    adminState?: AdminState;
    weight?: number;
    check?: CheckStats;
    activeMembers?: number;
    backupMembers?: number;
    members?: number;
    changeTime?: string;
  };
  sessions?: { current?: number; max?: number; limit?: number; total?: number; queueCurrent?: number };
  rates?: {
    sessions?: number;
    requests?: number;
    bytesIn?: number;
    bytesOut?: number;
    responses4xx?: number;
    responses5xx?: number;
    errors?: number;
  };
}

export interface StatsWatchResponse {
  sequence?: number;
  snapshot?: boolean;
  more?: boolean;
  time?: string;
  revision?: number;
  stats?: Stats[];
  removed?: { kind: StatsKind; key: string; member?: string }[];
}

export interface StatsPoint {
  time: string;
  sessions?: number;
  rates?: Stats["rates"];
}

export interface Resource {
  frontend?: Frontend;
  backend?: Backend;
}

export interface ResourceChange {
  resource: string;
  before?: Resource;
  after?: Resource;
}

export interface Annotation {
  author?: string;
  message?: string;
}

export interface Revision {
  revision: number;
  createTime?: string;
  annotation?: Annotation;
  cause?: string;
  restoredRevision?: number;
  changes?: ResourceChange[];
}

export interface ConfigWatchResponse {
  revision?: number;
  more?: boolean;
  snapshot?: { frontends?: Frontend[]; backends?: Backend[] };
  change?: Revision;
}

export interface Event {
  id: number;
  time: string;
  verb: string;
  resource?: string;
  member?: string;
  message?: string;
}

export interface ActivityWatchResponse {
  events?: Event[];
  lastId?: number;
  missed?: number;
}

export interface ApplyOutcome {
  kind?: string;
  reason?: string;
  duration?: string;
  error?: string;
}

export interface Plan {
  kind?: string;
  reason?: string;
  commands?: string[];
  configDiff?: string;
}

export interface Status {
  haproxyState?: string;
  error?: string;
  storedRevision?: number;
  appliedRevision?: number;
  missingBackends?: string[];
  refusals?: { resource: string; field?: string; message?: string }[];
  transitions?: { key: string; transition: Transition }[];
  sources?: { name: string; error?: string; heldServices?: string[] }[];
  oldWorkers?: number;
  label?: string;
  version?: string;
  silentSince?: string;
}

export interface ServiceVersion {
  name: string;
  version: string;
  discovery: string;
  members?: number;
}

export interface Schema {
  $ref?: string;
  type?: string | string[];
  anyOf?: Schema[];
  enum?: (string | null)[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  readOnly?: boolean;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  examples?: string[];
}
