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

/** Returns a controller that is aborted when one of `signals` is, and how to let go of that. */
export function linked(...signals: readonly (AbortSignal | undefined)[]): { controller: AbortController; release: () => void } {
  const controller = new AbortController();
  const pass = () => controller.abort(signals.find((each) => each?.aborted)?.reason);
  signals.forEach((each) => each?.addEventListener("abort", pass));
  if (signals.some((each) => each?.aborted === true)) {
    pass();
  }
  return { controller, release: () => signals.forEach((each) => each?.removeEventListener("abort", pass)) };
}
