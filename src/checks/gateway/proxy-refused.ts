import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { IngressController } from '../../model/ingress.ts'
import type { HttpProxy } from '../../model/http-proxy.ts'
import { full, shown, some } from '../../phrases.ts'
import { proxyFails } from '../../relations/symptom.ts'
import { proxySays, proxySubject } from './words.ts'

/**
 * Contour writes into each HTTPProxy that is its own whether it is valid, and drops what is not: all of a host, or the
 * routes that it could not make. One that nobody wrote into is served by nobody.
 */
export default check({
  code: 'GTW720',
  slug: 'gateway/proxy-refused',
  title: 'Contour does not serve an HTTPProxy as it is written',
  fine: 'Contour says of every HTTPProxy that it is valid',
  severity: 'error',
  needs: ['httpProxies'],
  wants: ['ingressControllers'],
  remedies: [],
  decides: [],

  run({ httpProxies, ingressControllers }) {
    if (httpProxies.length === 0) return notApplicable('there is no HTTPProxy here')
    const contours = (ingressControllers.known ? ingressControllers.value : []).filter((it) =>
      it.controller.startsWith('projectcontour.io/'),
    )
    return httpProxies.map((it) => judge(it, contours))
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.state === 'unserved'
        ? `No Contour has looked at HTTPProxy ${full(on)}: ${whyUnserved(args)}.`
        : `HTTPProxy ${full(on)} is ` +
          `${args.state === 'old' ? 'served in an older version' : args.current}: ${shown(args.message)}.`,
    detail: ({ args }) =>
      `status ${args.current} · class ${args.class} · ` +
      (args.host === '' ? 'no host of its own' : `host ${args.host}`),
    note: ({ args }) => noteOf(args.state, args.current),
    help: ({ subject: on, args }) => [
      args.state === 'unserved'
        ? 'run Contour, or name its class: spec.ingressClassName'
        : 'do what Contour’s message asks; it looks again at each change',
      `kubectl -n ${on.namespace} describe httpproxy ${on.name}`,
      'kubectl get httpproxies -A',
    ],
  },
})

function noteOf(state: 'unserved' | 'old' | 'refused', current: string): string | null {
  if (state === 'unserved')
    return 'Contour takes those of the classes of --ingress-class-name alone; without it, those of contour and of none'
  if (current === 'orphaned') return 'no HTTPProxy with a host includes it: no request comes to it'
  return state === 'refused' ? 'of an invalid one Contour serves a 502 or 503 for its routes, or nothing at all' : null
}

function whyUnserved({ class: own, takes }: { readonly class: string; readonly takes: readonly string[] }): string {
  if (takes.length === 0) return 'its status is as it was made'
  return `it is of ${own === 'none' ? 'no class' : `class ${own}`}, and Contour takes those of ${some(takes)} alone`
}

/** Those that each Contour here takes, where none of them takes this one; empty: one does, or nobody knows. */
function otherClasses({ className }: HttpProxy, contours: readonly IngressController[]): readonly string[] {
  const all = new Set(contours.flatMap((it) => it.classNames))
  return all.has(className ?? '') ? [] : [...all].filter((it) => it !== '')
}

function judge(proxy: HttpProxy, contours: readonly IngressController[]) {
  const valid = proxy.conditions.find((it) => it.type === 'Valid')
  const isOld = valid !== undefined && valid.generation !== null && valid.generation < proxy.generation
  if (proxy.current === 'valid' && !isOld) return ok(1)
  const [first] = proxy.conditions.flatMap((it) => it.errors)
  const said = first?.message || proxy.description || valid?.message || ''
  const state = { none: 'unserved', old: 'old', said: 'refused' } as const
  return finding({
    subject: proxySubject(proxy),
    confidence: 'observed',
    severity: isOld && proxy.current === 'valid' ? 'warning' : 'error',
    args: {
      state: state[stateOf(proxy, isOld)],
      current: proxy.current ?? 'not there',
      class: proxy.className ?? 'none',
      takes: otherClasses(proxy, contours),
      host: proxy.host?.fqdn ?? '',
      message: said.endsWith('.') ? said.slice(0, -1) : said,
    },
    evidence: [
      ...proxySays(proxy),
      { kind: 'fact', label: 'status.currentStatus', value: proxy.current ?? 'none' },
      ...(isOld
        ? [{ kind: 'fact' as const, label: 'generation', value: `${proxy.generation}, seen ${valid.generation}` }]
        : []),
    ],
    symptoms: [proxyFails(proxy)],
  })
}

function stateOf(proxy: HttpProxy, isOld: boolean): 'none' | 'old' | 'said' {
  if (proxy.current === null) return 'none'
  return isOld && proxy.current === 'valid' ? 'old' : 'said'
}
