/**
 * Codes of checks that are gone. Scripts and runbooks may still name one, so it must never come to mean something else.
 */
export const retiredCodes: readonly string[] = []
