import { subjectKey } from '../model/subject.ts'
import type { Finding } from './finding.ts'
import type { Trouble } from './trouble.ts'

/** Families of causes for each kind of trouble: what an Ingress says is no reason why a name is not found. */
const families: Readonly<Record<Trouble['kind'], RegExp>> = {
  'lookup-failed': /^(?:DNS|POL|NOD)/,
  'lookup-slow': /^(?:DNS|POL|NOD)/,
  'lookup-wrong': /^(?:DNS|POL|NOD)/,
  'server-error': /^(?:DNS|POL|NOD)/,
  'contact-failed': /^(?:DNS|SVC|POL|NOD)/,
  'bad-answer': /^(?:SVC|ING|POL|NOD)/,
  'not-as-declared': /^(?:DNS|SVC|ING|NOD)/,
}

/**
 * Whether a finding answers for a trouble: it is or explains one of its symptoms, or it is a fault that stands, as an
 * error, on one of the objects that have a part in it. What is for information only answers for signs alone: a line
 * that nobody has to read must not hide an outage.
 */
export function claims(finding: Finding, trouble: Trouble): boolean {
  if (!families[trouble.kind].test(finding.code)) return false
  if (finding.severity === 'info' && trouble.weight !== 'sign') return false
  const said = [...finding.symptoms, ...finding.explains]
  if (said.some((pattern) => trouble.keys.some((key) => matches(pattern, key)))) return true
  if (finding.severity === 'warning' && trouble.weight === 'outage') return false
  const at = subjectKey(finding.subject)
  return trouble.involved.some((it) => subjectKey(it) === at)
}

/** Each may be the wider one: `dns-loss:*` of a cause, `ingress-fails:shop/web/*` of a trouble. */
function matches(pattern: string, key: string): boolean {
  if (pattern.endsWith('*')) return key.startsWith(pattern.slice(0, -1))
  return key.endsWith('*') ? pattern.startsWith(key.slice(0, -1)) : pattern === key
}
