import { redactText } from '../wire/secrets.ts'

/** No sentence is longer; what comes after is not looked at. */
const longestText = 4096

/** The first line that says something, redacted and at most `max` characters long. */
export function firstLine(text: string, max = 200): string {
  const line =
    redactText(text.slice(0, longestText))
      .split('\n')
      .map((part) => part.trim())
      .find((part) => part !== '') ?? ''
  return line.length > max ? `${line.slice(0, max - 1)}…` : line
}
