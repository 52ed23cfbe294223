/** A mistake on the command line, for its user to read: exit code 2. */
export class UsageError extends Error {}

/** A reason not to go on that the user can mend: exit code 1, and no stack. */
export class Failure extends Error {}
