import type { Finding } from '../findings/finding.ts'
import { type Subject, subjectKey } from '../model/subject.ts'
import { withoutTrailing } from '../wire/trim-end.ts'

/** What there is of a finding; of a trouble's sufferer its name alone. */
export type Touching = Pick<Finding, 'code' | 'subject'> &
  Partial<Pick<Finding, 'also' | 'args' | 'evidence' | 'severity'>>

/** Args that are texts to paste, and name more than the finding is about. */
const pasted: ReadonlySet<string> = new Set(['manifest', 'patch'])

/** The objects that a finding is about: its own, those that it concerns as well, and those that it shows. */
export function objectsIn({ subject, also = [], evidence = [] }: Touching): readonly Subject[] {
  return [subject, ...also, ...evidence.flatMap((it) => (it.kind === 'config' ? [it.object] : []))]
}

/** `shop/web`, wherever it stands in the args, as a whole or as a word. */
export function placesIn({ args = {} }: Touching): readonly string[] {
  return Object.entries(args).flatMap(([name, value]) => (pasted.has(name) ? [] : textsOf(value).flatMap(places)))
}

/** Args that are names of namespaces, where a check has some. */
const ofNamespaces = ['namespace', 'namespaces', 'where', 'elsewhere', 'home', 'meant', 'out', 'partly']

/** The namespaces that args name by themselves. */
export function namespacesIn({ args = {} }: Touching): readonly string[] {
  return ofNamespaces.flatMap((name) => textsOf(args[name]))
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((it) => typeof it === 'string') : []
}

/** Names of Kubernetes' objects, two with a slash between; words are kept apart by what no name has in it. */
function places(text: string): readonly string[] {
  return text.split(/[^\w./:-]+/).flatMap((word) => {
    const [namespace, name, ...more] = word.split('/')
    if (namespace === undefined || namespace === '' || name === undefined || more.length > 0) return []
    return [`${namespace}/${withoutTrailing(name.split(':', 1)[0] ?? '', '.')}`]
  })
}

/**
 * Whether something that is wrong stands where this caller calls: at the Service, or at who is behind it. What is said
 * of another caller by name is that one's alone.
 */
export function isAtCallee(finding: Touching, called: ReadonlySet<string>): boolean {
  if (finding.severity === undefined || finding.severity === 'info' || called.size === 0) return false
  if (called.has(subjectKey(finding.subject))) return true
  // Another caller of the same Service, which is told something wrong of its own.
  if (isCaller(finding.subject) || isOfFront(finding)) return false
  const { also = [] } = finding
  // Of several that have one fault, one that is called is enough.
  const isOfSome = Array.isArray(finding.args?.['onlyFor'])
  if (!isOfSome && also.some((it) => isCaller(it) && !called.has(subjectKey(it)))) return false
  if (also.some((it) => called.has(subjectKey(it)))) return true
  const places = new Set(placesIn(finding))
  return (
    places.size > 0 && [...called].some((it) => it.startsWith('Service/') && places.has(it.slice('Service/'.length)))
  )
}

/**
 * What stands before a Service for clients outside has faults of its own way, which no pod that calls it goes. A route
 * of the Gateway API may be a mesh's, for those very callers.
 */
const fronts: ReadonlySet<string> = new Set(['Ingress', 'HTTPProxy', 'IngressRoute'])

/** The policy that keeps a controller out may let all others in. */
const ofControllers: ReadonlySet<string> = new Set(['POL424'])

function isOfFront({ code, subject }: Touching): boolean {
  return fronts.has(subject.kind) || ofControllers.has(code)
}

const callers: ReadonlySet<string> = new Set(['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job'])

function isCaller({ kind }: Subject): boolean {
  return callers.has(kind)
}
