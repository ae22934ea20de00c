import type { Namespace } from '../../model/network-policy.ts'
import type { Intern } from '../../wire/intern.ts'
import { fields, stringMap, text } from './json.ts'

/** `v1 Namespace`; null for what is none. */
export function projectNamespace(raw: unknown, intern: Intern): Namespace | null {
  const metadata = fields(fields(raw)['metadata'])
  const name = text(metadata['name'])
  return name === null ? null : { name: intern.text(name), labels: intern.labels(stringMap(metadata['labels'])) }
}
