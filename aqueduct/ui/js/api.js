/** Calls of the gateway's REST API. All of them, and all streams, go out by `open`. */

/**
 * @typedef {{ field: string, description: string }} Field
 * @typedef {Record<string, string | number | boolean | string[] | undefined>} Params
 */

/** A call that failed: with the gateway's words, and the fields at fault. */
export class ApiError extends Error {
  /** @param {string} message @param {{ status?: number, reason?: string, fields?: Field[] }} [more] */
  constructor(message, { status = 0, reason = "", fields = [] } = {}) {
    super(message);
    this.status = status;
    /** A stable word, such as `NO_MEMBERS`. */
    this.reason = reason;
    this.fields = fields;
  }
}

/**
 * @param {string} path
 * @param {{ method?: string, params?: Params, body?: unknown, headers?: Record<string, string>, signal?: AbortSignal }} [options]
 * @returns {Promise<Response>} ApiError where the gateway is not reached, or refuses.
 */
export async function open(path, { method = "GET", params, body, headers, signal } = {}) {
  let response;
  try {
    response = await fetch(path + query(params), {
      method,
      signal,
      headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError("Aqueduct is not reached", { reason: "UNREACHED" });
  }
  if (!response.ok) throw refusal(await response.json().catch(() => ({})), response.status);
  return response;
}

/** The document that a call answers with. @param {string} path @param {Parameters<typeof open>[1]} [options] */
export async function call(path, options) {
  return (await open(path, options)).json();
}

/** A list's page: its items, and the path of the next one. @param {string} path @param {Parameters<typeof open>[1]} [options] */
export async function page(path, options) {
  const response = await open(path, options);
  return { items: await response.json(), next: /<([^>]+)>; rel="next"/.exec(response.headers.get("Link") ?? "")?.[1] };
}

/** @param {Params} [params] */
function query(params = {}) {
  const found = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    for (const each of [value ?? []].flat()) if (each !== "") found.append(name, String(each));
  return found.size ? `?${found}` : "";
}

/** The error that an error's document tells. @param {any} document @param {number} status */
export function refusal(document, status) {
  const details = document.details ?? [];
  return new ApiError(document.message ?? `Aqueduct answered ${status}`, {
    status,
    reason: details.find((/** @type {any} */ each) => each.reason)?.reason,
    fields: details.flatMap((/** @type {any} */ each) => each.fieldViolations ?? []),
  });
}
