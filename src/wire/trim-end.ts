/** The text without this character at its end. `/x+$/` takes the square of a run of them that something follows. */
export function withoutTrailing(text: string, character: string): string {
  let end = text.length
  while (end > 0 && text[end - 1] === character) end -= 1
  return text.slice(0, end)
}
