import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Evidence } from '../../findings/evidence.ts'
import type { HttpProxy } from '../../model/http-proxy.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { type IncludeFault, includeFaults } from '../../relations/gateway/proxies.ts'
import { proxyFails, proxyOrphaned } from '../../relations/symptom.ts'
import { proxySays, proxySubject } from './words.ts'

/**
 * HTTPProxies hang together by their includes: one with a host at the root, others below it, each once. Contour takes a
 * root out of service for a circle, and serves a 502 where an include leads to nothing
 * (internal/dag/httpproxy_processor.go, computeRoutes).
 */
export default check({
  code: 'GTW721',
  slug: 'gateway/proxy-include',
  title: 'HTTPProxies do not hang together',
  fine: 'every HTTPProxy has a host, or is included by one that has',
  severity: 'error',
  needs: ['httpProxies'],
  remedies: [],
  decides: [],

  run({ httpProxies, scope }) {
    if (httpProxies.length === 0) return notApplicable('there is no HTTPProxy here')
    const faults = includeFaults(httpProxies, scope)
    return faults.length === 0 ? ok(httpProxies.length) : oncePerCircle(faults).map(verdict)
  },

  words: {
    headline: ({ subject: on, args }) => `HTTPProxy ${full(on)} ${whyOf(args)}.`,
    detail: ({ args }) => `${args.host === '' ? 'no host of its own' : `host ${args.host}`} · status ${args.current}`,
    note: ({ args }) => notes[args.fault],
    help: ({ subject: on, args }) => [
      helps[args.fault],
      'kubectl get httpproxies -A',
      `kubectl -n ${on.namespace} edit httpproxy ${on.name}${args.path === '' ? '' : `   # ${args.path}`}`,
    ],
  },
})

type Fault = IncludeFault['kind']

const notes: Readonly<Record<Fault, string | null>> = {
  missing: 'requests under that path are answered with a 502',
  loop: 'Contour takes the whole host out of service',
  root: 'an HTTPProxy with a host of its own may not be included',
  orphan: 'no request comes to an HTTPProxy that has no host and that nobody includes',
  'same-host': 'Contour takes out both: it serves neither of two that want one host',
}

const helps: Readonly<Record<Fault, string>> = {
  missing: 'name the HTTPProxy that is meant, with its namespace where it is another',
  loop: 'take one of the includes of the circle out',
  root: 'take the host out of the one that is included, or the include',
  orphan: 'include it, or give it a host: spec.virtualhost.fqdn',
  'same-host': 'let one have the host, and include the other',
}

function whyOf(args: {
  readonly fault: Fault
  readonly others: readonly (string | number)[]
  readonly host: string
}): string {
  const named = some(args.others.map(String), 4)
  switch (args.fault) {
    case 'missing':
      return `includes ${named}, which does not exist`
    case 'loop':
      return `includes itself, by way of ${named}`
    case 'root':
      return `includes ${named}, which has a host of its own`
    case 'orphan':
      return 'has no host, and nobody with a host includes it'
    case 'same-host':
      return `wants host ${args.host}, as ${named} does`
  }
}

/** A circle is one fault, told at the one of it that has a host, however many stand in it. */
function oncePerCircle(faults: readonly IncludeFault[]): readonly IncludeFault[] {
  const circles = Map.groupBy(faults, (it) => (it.kind === 'loop' ? circleOf(it.through) : it))
  return [...circles.values()].flatMap((its) => its.find((it) => it.proxy.host !== null) ?? its.slice(0, 1))
}

/** Each of it has the same names, and begins with another. */
function circleOf(through: readonly string[]): string {
  return `${through.length} ${through.reduce((a, b) => (a < b ? a : b), through[0] ?? '')}`
}

function verdict(fault: IncludeFault) {
  const { proxy } = fault
  const path = 'include' in fault ? fault.include.path : ''
  return finding({
    subject: proxySubject(proxy),
    ...(fault.kind === 'loop'
      ? { also: fault.through.map(namedBy).map((it) => subject('HTTPProxy', it.namespace, it.name)) }
      : {}),
    confidence: 'inferred',
    args: {
      fault: fault.kind,
      others: othersOf(fault),
      host: proxy.host?.fqdn ?? '',
      current: proxy.current ?? 'not there',
      path,
    },
    evidence: [evidenceOf(fault), ...proxySays(proxy)],
    symptoms: fault.kind === 'orphan' ? [proxyOrphaned(proxy)] : [],
    causes: [proxyFails(proxy), ...causesOf(fault)],
  })
}

function causesOf(fault: IncludeFault): readonly string[] {
  if (fault.kind === 'loop') return fault.through.map((it) => proxyFails(namedBy(it)))
  if (!('include' in fault)) return []
  const meant = fault.kind === 'missing' ? fault.meant : null
  return [
    proxyFails(childOf(fault.include, fault.proxy)),
    ...(meant === null ? [] : [proxyFails(meant), proxyOrphaned(meant)]),
  ]
}

function namedBy(key: string): { readonly namespace: string; readonly name: string } {
  const [namespace = '', name = ''] = key.split('/')
  return { namespace, name }
}

function childOf(
  include: { readonly namespace: string | null; readonly name: string },
  proxy: HttpProxy,
): { readonly namespace: string; readonly name: string } {
  return { namespace: include.namespace ?? proxy.namespace, name: include.name }
}

function othersOf(fault: IncludeFault): readonly string[] {
  switch (fault.kind) {
    case 'missing':
    case 'root':
      return [`${fault.namespace}/${fault.include.name}`]
    case 'loop':
      return fault.through
    case 'orphan':
      return []
    case 'same-host':
      return fault.others.map(full)
  }
}

function evidenceOf(fault: IncludeFault): Evidence {
  const { proxy } = fault
  const object = proxySubject(proxy)
  if (!('include' in fault)) {
    return {
      kind: 'config',
      object,
      path: 'spec.virtualhost',
      lines: proxy.host === null ? ['spec:'] : ['virtualhost:', `  fqdn: ${proxy.host.fqdn}`],
      at: proxy.host === null ? 0 : 1,
      mark: proxy.host === null ? 'spec:' : proxy.host.fqdn,
      label: proxy.host === null ? 'no virtualhost' : `also of ${some(othersOf(fault))}`,
    }
  }
  const { include } = fault
  return {
    kind: 'config',
    object,
    path: include.path,
    lines: [
      `- name: ${include.name}`,
      ...(include.namespace === null ? [] : [`  namespace: ${include.namespace}`]),
      ...(include.prefix === null ? [] : ['  conditions:', `  - prefix: ${include.prefix}`]),
    ],
    at: 0,
    mark: include.name,
    label: { missing: missingLabel(fault), loop: 'leads back here', root: 'has a host of its own' }[fault.kind],
  }
}

function missingLabel(fault: IncludeFault): string {
  const meant = fault.kind === 'missing' ? fault.meant : null
  return meant === null ? 'no such HTTPProxy' : `no such HTTPProxy; \`${meant.name}\` is there, and nobody includes it`
}
