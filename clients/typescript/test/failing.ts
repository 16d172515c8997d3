import { AqueductError, type Code } from "@aqueduct/client";

/** Tells whether an error is one of a code that no Aqueduct has said. */
export function failing(code: Code): (error: unknown) => boolean {
  return (error) => error instanceof AqueductError && error.code === code && error.reason === "";
}
