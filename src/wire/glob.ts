/**
 * Whether `*` for any run of characters, and all else as it stands, makes the whole of a text. Each part is looked for
 * once, from where the one before it ended: no pattern makes this go back.
 */
export function fitsGlob(glob: string, text: string): boolean {
  const parts = glob.split('*')
  const [first = '', ...rest] = parts
  const last = rest.pop()
  if (last === undefined) return glob === text
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}
