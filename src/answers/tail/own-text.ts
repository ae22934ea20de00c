/**
 * The same text in memory of its own. What is cut out of a piece of a file keeps the whole piece alive (V8's sliced
 * strings): ten bytes that are kept of each of five thousand pieces are 300 MiB.
 */
export function ownText(text: string): string {
  return ` ${text}`.slice(1)
}
