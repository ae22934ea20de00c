import type { Evidence } from '../../findings/evidence.ts'
import type { AuthorizationPolicy, AuthorizationSource, MeshHttpMatch, VirtualService } from '../../model/mesh.ts'
import { some } from '../../phrases.ts'
import { type Subject, subject } from '../../model/subject.ts'

interface Lines {
  readonly path: string
  readonly lines: readonly string[]
  /** What stands in one of them. */
  readonly mark: string
  readonly label: string
}

/** `prefix /cart`, as the match has it. */
export function matchText({ type, path, more }: MeshHttpMatch): string {
  return `${type} ${path}${more === 'more' ? ' with more than the path' : ''}`
}

/** What the rules of a VirtualService take, in one line. */
export function matchLines(matches: readonly MeshHttpMatch[]): string {
  return some(matches.map(matchText), 5)
}

/** The Services of the cluster that a VirtualService leads to, by their names. */
export function routedServices({ namespace, destinations }: VirtualService): readonly Subject[] {
  const names = destinations.flatMap(({ host }) => {
    const [name = '', home = namespace, svc] = host.split('.')
    return svc === 'svc' || !host.includes('.') ? [`${home}/${name}`] : []
  })
  return [...new Set(names)].slice(0, 20).map((it) => {
    const [home = '', name = ''] = it.split('/')
    return subject('Service', home, name)
  })
}

/** A part of an object as its fields say it, with a caret under the word that is meant. */
export function objectLines(object: Subject, { path, lines, mark, label }: Lines): Evidence {
  const at = lines.findIndex((it) => it.includes(mark))
  return { kind: 'config', object, path, lines, at: Math.max(0, at), mark, label }
}

/**
 * The spec of an AuthorizationPolicy as far as it is kept, and nothing that it has not: `spec: {}` is one without
 * action and rules. Of an old recording, which does not say what was written, what it comes to.
 */
export function authorizationEvidence(on: Subject, policy: AuthorizationPolicy, label: string): Evidence {
  const { action, selector, from = [], written } = policy
  if (written === undefined && policy.rules === 0)
    return { kind: 'fact', label: `${on.kind} ${on.namespace}/${on.name}, action ${action}`, value: 'no rule' }
  const labels = Object.entries(selector ?? {}).map(([key, value]) => `${key}: ${value}`)
  const inner = [
    ...(labels.length === 0 ? [] : [`selector: {matchLabels: {${some(labels, 4)}}}`]),
    ...(written?.includes('action') === true ? [`action: ${action}`] : []),
    ...(policy.rules > 0 ? ['rules:', ...from.slice(0, 3).flatMap(ruleLines)] : []),
    ...(policy.rules === 0 && written?.includes('rules') === true ? ['rules: []'] : []),
  ]
  const lines = inner.length === 0 ? ['spec: {}'] : ['spec:', ...inner.map((it) => `  ${it}`)]
  const mark = lines.some((it) => it.includes('rules:')) ? 'rules:' : 'spec:'
  return objectLines(on, { path: 'spec', lines, mark, label })
}

/** Of a rule its sources alone are kept. */
function ruleLines(sources: readonly AuthorizationSource[]): readonly string[] {
  if (sources.length === 0) return ['- # what it goes by is not kept here']
  return [
    '- from:',
    ...sources
      .slice(0, 3)
      .flatMap(({ namespaces, principals, serviceAccounts = [] }) => [
        '  - source:',
        ...(namespaces.length === 0 ? [] : [`      namespaces: [${some(namespaces, 3)}]`]),
        ...(principals.length === 0 ? [] : [`      principals: [${some(principals, 3)}]`]),
        ...(serviceAccounts.length === 0 ? [] : [`      serviceAccounts: [${some(serviceAccounts, 3)}]`]),
      ]),
  ]
}
