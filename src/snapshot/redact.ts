import type { Mark } from '../model/marks.ts'
import { keptArgs } from '../wire/component-args.ts'
import { redactCorefile } from '../wire/redact-corefile.ts'
import { mask, redactName, redactText } from '../wire/secrets.ts'
import type { Changes } from './walk.ts'

/** By which a text is told from what opens a door. There is none that lets a text through unread. */
const rules: Readonly<Record<Mark, (text: string) => string>> = {
  name: redactName,
  host: redactName,
  address: redactName,
  image: redactName,
  url: redactText,
  path: redactText,
  word: redactName,
  version: redactText,
  check: redactText,
  spot: redactText,
  // A SHA-512 is that of a whole text, by which a short password in it could be guessed (src/kube/sealed-hash.ts).
  hash: (text) => (/^[0-9a-f]{1,127}$/.test(text) ? text : mask),
  time: redactText,
  title: redactText,
  text: redactText,
  said: redactText,
  file: redactText,
  corefile: redactCorefile,
}

/**
 * Most texts stand in many places: of pods, every one but the name and the address. Those that stand in one place push
 * the others out; a table of more would be so large that V8 takes it away late.
 */
const mostKept = 2000

/** What is written into a file: its texts without credentials, whatever source and field they stand in. */
export function redaction(): Changes {
  const byMark = new Map<Mark, Map<string, string>>()
  return {
    text: (text, mark) => {
      if (text.length < 6) return text
      const kept = byMark.get(mark) ?? new Map<string, string>()
      const seen = kept.get(text)
      if (seen !== undefined) return seen
      const made = rules[mark](text)
      if (kept.size === 0 || kept.size >= mostKept) byMark.set(mark, new Map([[text, made]]))
      else kept.set(text, made)
      return made
    },
    args: keptArgs,
  }
}
