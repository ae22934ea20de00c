import type { Namespace } from '../../model/network-policy.ts'
import type { Intern } from '../../wire/intern.ts'
import { type Fields, fields, list, stringMap, text } from './json.ts'

/** `v1 Namespace`; null for what is none. */
export function projectNamespace(raw: unknown, intern: Intern): Namespace | null {
  const metadata = fields(fields(raw)['metadata'])
  const name = text(metadata['name'])
  return name === null
    ? null
    : {
        name: intern.text(name),
        labels: intern.labels(stringMap(metadata['labels'])),
        ...(text(metadata['deletionTimestamp']) === null ? {} : { deleting: keptBy(fields(fields(raw)['status'])) }),
      }
}

/** The namespace controller's own words (pkg/controller/namespace/deletion/status_condition_utils.go). */
function keptBy(status: Fields): readonly string[] {
  return list(status['conditions'])
    .map(fields)
    .filter((it) => it['status'] === 'True')
    .flatMap((it) => text(it['message']) ?? text(it['type']) ?? [])
}
