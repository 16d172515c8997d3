/** Waits `ms` milliseconds, or until one of `signals` is aborted; never fails. */
export function wait(ms: number, ...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signals.forEach((each) => each?.removeEventListener("abort", end));
      resolve();
    };
    const timer = setTimeout(end, ms);
    signals.forEach((each) => each?.addEventListener("abort", end));
    if (signals.some((each) => each?.aborted === true)) {
      end();
    }
  });
}

/** Returns a controller that is aborted when `signal` is, and how to let go of that. */
export function linked(signal: AbortSignal | undefined): { controller: AbortController; release: () => void } {
  const controller = new AbortController();
  const pass = () => controller.abort(signal?.reason);
  signal?.addEventListener("abort", pass);
  if (signal?.aborted === true) {
    pass();
  }
  return { controller, release: () => signal?.removeEventListener("abort", pass) };
}
